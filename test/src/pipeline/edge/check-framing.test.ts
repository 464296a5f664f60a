import { expect, it } from 'vitest'
import { checkFraming } from '../../../../src/pipeline/edge/check-framing.ts'
import { readHead } from '../../../../src/pipeline/edge/request-head.ts'
import { errorOf } from '../../error-of.ts'

it.each([null, 'chunked', 'Chunked'])('takes %j', (coding) => {
  expect(
    errorOf(() =>
      checkFraming(readHead(new Headers(coding === null ? {} : { 'transfer-encoding': coding }))),
    ),
  ).toBeUndefined()
})

it.each([
  'chunked, chunked',
  'gzip, chunked',
  'chunked, identity',
  'identity',
  'xchunked',
  'chunked;q=1',
  '',
])('refuses %j, and closes', (coding) => {
  expect(errorOf(() => checkFraming(readHead(new Headers({ 'transfer-encoding': coding }))))).toMatchObject({
    code: 'invalid_framing',
    status: 400,
    options: { headers: { connection: 'close' } },
  })
})
