import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readJsonBody } from '../../../../src/pipeline/edge/read-json-body.ts'
import { readHead } from '../../../../src/pipeline/edge/request-head.ts'
import { startWatch, type Watch } from '../../../../src/pipeline/watch.ts'
import { rejectionOf } from '../../error-of.ts'
import { makeTable } from '../../make-snapshot.ts'

const { limits } = makeTable()
let watch: Watch

beforeEach(() => {
  watch = startWatch()
})
afterEach(() => watch.stop())

function post(headers: Record<string, string>): Request {
  const body = new TextEncoder().encode('{"model":"fast"}')
  return new Request('http://localhost/', { method: 'POST', headers, body })
}

function read(request: Request): ReturnType<typeof readJsonBody> {
  return readJsonBody(request, readHead(request.headers), { limits, watch })
}

describe('readJsonBody', () => {
  it.each([
    'application/json',
    'Application/JSON',
    'application/json; charset=utf-8',
    'application/json ;charset=utf-8',
    'application/problem+json',
  ])('takes %s', async (type) => {
    expect(await read(post({ 'content-type': type }))).toMatchObject({ model: 'fast' })
  })

  it.each(['', 'text/plain', 'application/jsonp', 'application/x-www-form-urlencoded', 'text/json', 'json'])(
    'refuses type `%s`',
    async (type) => {
      const headers: Record<string, string> = type === '' ? {} : { 'content-type': type }
      expect(await rejectionOf(read(post(headers)))).toMatchObject({
        code: 'unsupported_media_type',
        status: 415,
      })
    },
  )

  it.each([
    ['gzip', false],
    ['br', false],
    ['identity', true],
    ['Identity', true],
  ])('content-encoding %s is taken: %s', async (encoding, taken) => {
    const request = post({ 'content-type': 'application/json', 'content-encoding': encoding })
    const error = await rejectionOf(read(request))
    if (taken) expect(error).toBeUndefined()
    else expect(error).toMatchObject({ code: 'unsupported_encoding', status: 415 })
  })
})
