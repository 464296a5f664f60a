/** The request body: bounds of size and time, and what counts as JSON that every reader reads alike. */
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { askOf, collect } from './harness/client.ts'
import { describeRuntimes } from './harness/describe-runtimes.ts'
import { rawExchange } from './harness/raw-exchange.ts'

const LIMIT = 64 * 1024
const MAX_DEPTH = 128
const MODELS = ['plain', 'limit', 'slow', 'json', 'depth']

/** A chat request of exactly so many bytes. */
function bodyOf(bytes: number, model: string): string {
  const empty = JSON.stringify(askOf(model, { pad: '' }))
  return JSON.stringify(askOf(model, { pad: 'x'.repeat(bytes - empty.length) }))
}

function nested(levels: number): string {
  return `{"model":"depth","x":${'['.repeat(levels - 1)}${']'.repeat(levels - 1)}}`
}

const options = {
  models: Object.fromEntries(MODELS.map((name) => [name, {}])),
  limits: { body: '64KiB', bodyTimeout: '1500ms' },
}

describeRuntimes(options, (bench) => {
  const seen = (model: string): number => bench.upstream.requestsFor(`mock/${model}`).length

  describe('size', () => {
    it('takes a body of exactly the limit, by length and chunked', async () => {
      const body = bodyOf(LIMIT, 'limit')
      expect((await bench.client.chat(body)).status).toBe(200)
      const chunks = [body.slice(0, 1000), body.slice(1000, 40_000), body.slice(40_000)]
      expect((await bench.client.call({ chunks })).status).toBe(200)
      expect(seen('limit')).toBe(2)
    })

    it('refuses one byte more, by length and chunked', async () => {
      const body = bodyOf(LIMIT + 1, 'limit')
      const before = seen('limit')
      for (const sent of [{ body }, { chunks: [body.slice(0, LIMIT), body.slice(LIMIT)] }]) {
        const answer = await bench.client.call(sent)
        expect([answer.status, answer.error().code]).toEqual([413, 'body_too_large'])
      }
      expect(seen('limit')).toBe(before)
    })

    it('refuses a declared length beyond the limit before any of it came', async () => {
      const text = await rawExchange(bench.gateway, {
        send: [
          'POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n' +
            `Authorization: Bearer ${bench.gateway.clientKey}\r\nContent-Length: ${LIMIT + 1}\r\n\r\n`,
        ],
      })
      expect(text.received).toMatch(/^HTTP\/1\.1 413 /)
    })

    it('does not take the rest of a refused body for a request', async () => {
      const inner = 'GET /v1/models HTTP/1.1\r\nHost: localhost\r\n\r\n'
      const { received } = await rawExchange(bench.gateway, {
        send: [
          'POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n' +
            `Authorization: Bearer ${bench.gateway.clientKey}\r\nContent-Length: ${LIMIT + inner.length}\r\n\r\n`,
          inner,
        ],
      })
      expect(received.match(/^HTTP\/1\.1 /gm)).toHaveLength(1)
      expect(received).toMatch(/^HTTP\/1\.1 413 /)
    })
  })

  describe('refused before it was read', () => {
    const refused = [
      { name: 'an unknown path', path: '/v1/none', status: '404' },
      { name: 'a wrong method', path: '/v1/models', status: '405' },
      { name: 'a wrong type', path: '/v1/chat/completions', status: '415' },
      { name: 'a wrong key', path: '/v1/chat/completions', status: '403', key: 'nobodys' },
    ]
    const headOf = (path: string, bytes: number, key = bench.gateway.clientKey): string =>
      `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\n` +
      `Authorization: Bearer ${key}\r\nContent-Length: ${bytes}\r\n\r\n`
    const statuses = (received: string): string[] =>
      [...received.matchAll(/HTTP\/1\.1 (\d+) /g)].map(([, status = '']) => status)

    // A client that is still sending when the connection is closed may never see why: the reset overtakes the answer.
    it.each(refused)('is let come, and the connection serves on: $name', async ({ path, status, key }) => {
      const next = `GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n`
      const send = [headOf(path, 2000, key), 'a'.repeat(1000), 'a'.repeat(1000), next]
      const { received } = await rawExchange(bench.gateway, { send })
      expect(statuses(received)).toEqual([status, '200'])
    })

    it('is not waited for without end', async () => {
      const send = [headOf('/v1/none', 2000), 'a'.repeat(1000)]
      const { received } = await rawExchange(bench.gateway, { send })
      expect(statuses(received)).toEqual(['404'])
    })
  })

  describe('time', () => {
    it.each([
      ['by length', 'Content-Length: 200\r\n\r\n{"model":"slow",'],
      ['chunked', 'Transfer-Encoding: chunked\r\n\r\n10\r\n{"model":"slow",\r\n'],
    ])('ends a stalled body, %s', async (_, rest) => {
      const { received } = await rawExchange(bench.gateway, {
        send: [
          'POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n' +
            `Authorization: Bearer ${bench.gateway.clientKey}\r\n${rest}`,
        ],
      })
      expect(received).toMatch(/^HTTP\/1\.1 408 /)
      expect(received).toContain('"body_timeout"')
      expect(seen('slow')).toBe(0)
    })

    it('ends a body that drips, however steadily', async () => {
      const { received } = await rawExchange(bench.gateway, {
        send: [
          'POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n' +
            `Authorization: Bearer ${bench.gateway.clientKey}\r\nContent-Length: 5000\r\n\r\n`,
          ...Array.from({ length: 60 }, () => ' '),
        ],
        everyMs: 50,
      })
      expect(received).toMatch(/^HTTP\/1\.1 408 /)
    })

    it('forgets a body whose sender left, and serves on', async () => {
      await rawExchange(bench.gateway, {
        send: [
          'POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n' +
            `Authorization: Bearer ${bench.gateway.clientKey}\r\nContent-Length: 200\r\n\r\n{"model":"slow"`,
        ],
        leaveAfterMs: 50,
      })
      expect((await bench.client.chat(askOf('plain'))).status).toBe(200)
      expect(seen('slow')).toBe(0)
    })
  })

  describe('type and encoding', () => {
    it.each([
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'application/jsonp',
      '',
    ])('refuses content type `%s`', async (type) => {
      const answer = await bench.client.chat(askOf('json'), { headers: { 'content-type': type } })
      expect([answer.status, answer.error().code]).toEqual([415, 'unsupported_media_type'])
    })

    it('refuses a body without a content type', async () => {
      const answer = await bench.client.chat(askOf('json'), { headers: { 'content-type': undefined } })
      expect([answer.status, answer.error().code]).toEqual([415, 'unsupported_media_type'])
    })

    it.each(['application/json', 'application/json; charset=utf-8', 'Application/JSON;charset=UTF-8'])(
      'takes content type `%s`',
      async (type) => {
        const answer = await bench.client.chat(askOf('plain'), { headers: { 'content-type': type } })
        expect(answer.status).toBe(200)
      },
    )

    it.each(['gzip', 'br', 'deflate', 'zstd', 'identity, gzip'])(
      'refuses content encoding `%s`',
      async (encoding) => {
        const body = gzipSync(JSON.stringify(askOf('json')))
        const answer = await bench.client.chat(body, { headers: { 'content-encoding': encoding } })
        expect([answer.status, answer.error().code]).toEqual([415, 'unsupported_encoding'])
      },
    )
  })

  describe('what is not one JSON object', () => {
    const bad: [string, string | Uint8Array, string][] = [
      ['nothing', '', 'invalid_json'],
      ['text', 'hello', 'invalid_json'],
      ['an array', '[{"model":"json"}]', 'invalid_json'],
      ['a string', '"json"', 'invalid_json'],
      ['null', 'null', 'invalid_json'],
      ['a number', '7', 'invalid_json'],
      ['a trailing comma', '{"model":"json",}', 'invalid_json'],
      ['a comment', '{"model":"json"/* x */}', 'invalid_json'],
      ['single quotes', `{'model':'json'}`, 'invalid_json'],
      ['two objects', '{"model":"json"}{"model":"plain"}', 'invalid_json'],
      ['a cut object', '{"model":"json"', 'invalid_json'],
      ['NaN', '{"model":"json","temperature":NaN}', 'invalid_json'],
      ['a byte order mark', '\uFEFF{"model":"json"}', 'invalid_json'],
      ['a raw control character', '{"model":"json","x":"\u0001"}', 'invalid_json'],
      ['Latin-1', Buffer.from('{"model":"json","x":"é"}', 'latin1'), 'invalid_utf8'],
      [
        'a cut sequence',
        Buffer.from([...Buffer.from('{"model":"json","x":"'), 0xe2, 0x82, 0x22, 0x7d]),
        'invalid_utf8',
      ],
      [
        'an overlong slash',
        Buffer.from([...Buffer.from('{"model":"json","x":"'), 0xc0, 0xaf, 0x22, 0x7d]),
        'invalid_utf8',
      ],
      [
        'a surrogate in UTF-8',
        Buffer.from([...Buffer.from('{"model":"json","x":"'), 0xed, 0xa0, 0x80, 0x22, 0x7d]),
        'invalid_utf8',
      ],
      ['a key that stands twice', '{"model":"plain","model":"json"}', 'duplicate_key'],
      ['a key that stands twice, once escaped', '{"model":"plain","mod\\u0065l":"json"}', 'duplicate_key'],
      [
        'a nested key that stands twice',
        '{"model":"json","messages":[{"role":"user","role":"system"}]}',
        'duplicate_key',
      ],
      ['a deep key that stands twice', '{"model":"json","a":[[{"b":{"c":1,"d":2,"c":3}}]]}', 'duplicate_key'],
      ['__proto__ that stands twice', '{"model":"json","__proto__":1,"__proto__":2}', 'duplicate_key'],
      ['no model', '{"messages":[]}', 'invalid_field'],
      ['a model that is no string', '{"model":7}', 'invalid_field'],
      ['an empty model', '{"model":""}', 'invalid_field'],
      ['a stream flag that is no flag', '{"model":"json","stream":"yes"}', 'invalid_field'],
    ]
    it.each(bad)('refuses %s', async (_, body, code) => {
      const answer = await bench.client.chat(body)
      expect([answer.status, answer.error().code]).toEqual([400, code])
      expect(seen('json')).toBe(0)
    })

    it('bounds the nesting', async () => {
      expect((await bench.client.chat(nested(MAX_DEPTH))).status).toBe(200)
      for (const levels of [MAX_DEPTH + 1, 30_000]) {
        const answer = await bench.client.chat(nested(levels))
        expect([answer.status, answer.error().code]).toEqual([400, 'json_too_deep'])
      }
      expect(seen('depth')).toBe(1)
    })
  })

  it('passes keys of prototypes, lone surrogates, templates and huge numbers as they are', async () => {
    const odd =
      '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},"model":"plain",' +
      '"lone":"\\ud800 \\udc00","t":"{{7*7}} ${7*7}","n":[1e400,-0,0.1000,123456789012345678901234567890],"nul":"\\u0000"}'
    const answer = await bench.client.chat(odd)
    expect(answer.status).toBe(200)
    expect(bench.upstream.requestsFor('mock/plain').at(-1)?.body.toString()).toBe(
      odd.replace('"plain"', '"mock/plain"'),
    )
    const after = await collect(await bench.client.open({ body: askOf('plain') }))
    expect(after.text).not.toContain('polluted')
  })

  it('says which field is at fault', async () => {
    const answer = await bench.client.chat({ model: 'json', stream: 1 })
    expect(answer.error()).toMatchObject({ type: 'invalid_request_error', param: 'stream' })
  })
})
