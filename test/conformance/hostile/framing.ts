/** Requests that two readers could frame differently: Content-Length, Transfer-Encoding, chunks, early answers. */
import { VICTIM_BODY, VICTIM_CHUNK, chunkOf, chunkedBy, chunks, framedBy, request, smuggled } from './wire.ts'
import type { HostileHead } from './wire.ts'

const TE = 'Transfer-Encoding: chunked'

export const CONTENT_LENGTH: readonly HostileHead[] = [
  { id: 'CL-DUPLICATE-SAME', wire: framedBy('Content-Length: {n}', 'Content-Length: {n}'), legal: true },
  { id: 'CL-DUPLICATE-DIFFERENT', wire: framedBy('Content-Length: {n}', 'Content-Length: 0') },
  { id: 'CL-COMMA-SAME', wire: framedBy('Content-Length: {n}, {n}'), legal: true },
  { id: 'CL-COMMA-DIFFERENT', wire: framedBy('Content-Length: {n}, 0') },
  { id: 'CL-LEADING-ZEROS', wire: framedBy('Content-Length: 000{n}'), legal: true },
  { id: 'CL-OCTAL', wire: framedBy('Content-Length: 0o40') },
  { id: 'CL-HEX-PREFIX', wire: framedBy('Content-Length: 0x{hex}') },
  { id: 'CL-NEGATIVE', wire: framedBy('Content-Length: -{n}') },
  { id: 'CL-PLUS', wire: framedBy('Content-Length: +{n}') },
  { id: 'CL-UNDERSCORE', wire: framedBy('Content-Length: 3_2') },
  { id: 'CL-FRACTION', wire: framedBy('Content-Length: {n}.0') },
  { id: 'CL-EXPONENT', wire: framedBy('Content-Length: 32e0') },
  { id: 'CL-OVERFLOW', wire: framedBy('Content-Length: 18446744073709551648') },
  { id: 'CL-EMPTY', wire: framedBy('Content-Length:') },
  { id: 'CL-WORD', wire: framedBy('Content-Length: ten') },
  { id: 'CL-SP-BEFORE-COLON', wire: framedBy('Content-Length : {n}') },
  { id: 'CL-OBS-FOLD', wire: framedBy('Content-Length:', ' {n}') },
  { id: 'CL-NUL', wire: framedBy('Content-Length: {n}\0') },
  { id: 'CL-VTAB', wire: framedBy('Content-Length: \v{n}') },
]

export const TRANSFER_ENCODING: readonly HostileHead[] = [
  { id: 'TE-CASE', wire: chunkedBy('Transfer-Encoding: ChUnKeD'), legal: true },
  { id: 'TE-TRAILING-SPACE', wire: chunkedBy('Transfer-Encoding: chunked '), legal: true },
  { id: 'TE-XCHUNKED', wire: chunkedBy('Transfer-Encoding: xchunked') },
  { id: 'TE-SP-BEFORE-COLON', wire: chunkedBy('Transfer-Encoding : chunked') },
  { id: 'TE-DOUBLE-CHUNKED', wire: chunkedBy('Transfer-Encoding: chunked, chunked') },
  { id: 'TE-DUPLICATE', wire: chunkedBy(TE, TE) },
  { id: 'TE-DUPLICATE-IDENTITY', wire: chunkedBy(TE, 'Transfer-Encoding: identity') },
  { id: 'TE-NOT-FINAL-CHUNKED', wire: chunkedBy('Transfer-Encoding: chunked, gzip') },
  { id: 'TE-GZIP-CHUNKED', wire: chunkedBy('Transfer-Encoding: gzip, chunked') },
  { id: 'TE-EMPTY', wire: chunkedBy('Transfer-Encoding:') },
  { id: 'TE-LEADING-COMMA', wire: chunkedBy('Transfer-Encoding: , chunked'), legal: true },
  { id: 'TE-IDENTITY', wire: chunkedBy('Transfer-Encoding: identity') },
  { id: 'TE-QUOTED', wire: chunkedBy('Transfer-Encoding: "chunked"') },
  { id: 'TE-VTAB', wire: chunkedBy('Transfer-Encoding: \vchunked') },
  { id: 'TE-FORMFEED', wire: chunkedBy('Transfer-Encoding: \fchunked') },
  { id: 'TE-NULL', wire: chunkedBy('Transfer-Encoding: chunked\0') },
  { id: 'TE-OBS-FOLD', wire: chunkedBy('Transfer-Encoding:', ' chunked') },
  {
    id: 'TE-HTTP10',
    // RFC 9112 §6.1: it may be processed, but the connection must be closed after it.
    legal: true,
    wire: (c) =>
      request(c, {
        line: 'POST /v1/chat/completions HTTP/1.0',
        fields: [TE],
        rest: `${VICTIM_CHUNK}0\r\n\r\n`,
      }),
  },
  {
    id: 'CL-TE-BOTH',
    wire: (c) =>
      request(c, {
        fields: [`Content-Length: ${VICTIM_CHUNK.length + 5}`, TE],
        rest: `${VICTIM_CHUNK}0\r\n\r\n`,
      }),
  },
  {
    id: 'CLTE-SMUGGLED-POST',
    wire: (c) =>
      request(c, {
        fields: [`Content-Length: ${5 + smuggled(c).length}`, TE],
        rest: `0\r\n\r\n${smuggled(c)}`,
      }),
  },
  {
    id: 'TECL-SMUGGLED-POST',
    wire: (c) =>
      request(c, {
        fields: [TE, 'Content-Length: 4'],
        rest: `${chunkOf(smuggled(c))}0\r\n\r\n`,
      }),
  },
  {
    id: 'TE-XCHUNKED-SMUGGLED',
    wire: (c) =>
      request(c, {
        fields: [`Content-Length: ${VICTIM_BODY.length + smuggled(c).length}`, 'Transfer-Encoding: xchunked'],
        rest: VICTIM_BODY + smuggled(c),
      }),
  },
]

const bad = (size: string, data: string = VICTIM_BODY): string => `${size}\r\n${data}\r\n0\r\n\r\n`
const HEX = VICTIM_BODY.length.toString(16)

export const CHUNKS: readonly HostileHead[] = [
  { id: 'CHUNK-EXTENSION', wire: chunks(bad(`${HEX};name=value`)), legal: true },
  { id: 'CHUNK-BARE-SEMICOLON', wire: chunks(bad(`${HEX};`)), legal: true },
  { id: 'CHUNK-EXT-CTRL', wire: chunks(bad(`${HEX};a=\u0001`)) },
  { id: 'CHUNK-EXT-LF', wire: chunks(`${HEX};a\n${VICTIM_BODY}\r\n0\r\n\r\n`) },
  { id: 'CHUNK-EXT-64K', wire: chunks(bad(`${HEX};${'x'.repeat(65_536)}`)) },
  { id: 'CHUNK-HEX-PREFIX', wire: chunks(bad(`0x${HEX}`)) },
  { id: 'CHUNK-UNDERSCORE', wire: chunks(bad('2_0')) },
  { id: 'CHUNK-PLUS', wire: chunks(bad(`+${HEX}`)) },
  { id: 'CHUNK-NEGATIVE', wire: chunks(bad(`-${HEX}`)) },
  { id: 'CHUNK-LEADING-SP', wire: chunks(bad(` ${HEX}`)) },
  { id: 'CHUNK-TRAILING-SP', wire: chunks(bad(`${HEX} `)) },
  { id: 'CHUNK-EMPTY-SIZE', wire: chunks(bad('')) },
  { id: 'CHUNK-SIZE-OVERFLOW', wire: chunks(bad('10000000000000020')) },
  { id: 'CHUNK-SPILL', wire: chunks(`${HEX}\r\n${VICTIM_BODY}XX\r\n0\r\n\r\n`) },
  { id: 'CHUNK-LF-TERM', wire: chunks(`${HEX}\n${VICTIM_BODY}\n0\n\n`) },
  { id: 'CHUNK-BARE-CR', wire: chunks(`${HEX}\r${VICTIM_BODY}\r\n0\r\n\r\n`) },
  { id: 'CHUNK-LEADING-ZEROS', wire: chunks(bad(`000${HEX}`)), legal: true },
  {
    id: 'CHUNK-SPILL-SMUGGLED',
    wire: (c) =>
      request(c, { fields: [TE], rest: `${HEX}\r\n${VICTIM_BODY}\r\n0\r\nX: 1\r\n${smuggled(c)}` }),
  },
  ...[
    'Content-Length: 5',
    'Transfer-Encoding: chunked',
    'Host: evil.example',
    'Content-Type: text/plain',
    'X-Y: z',
  ].map((trailer): HostileHead => ({
    id: `TRAILER-${trailer.slice(0, trailer.indexOf(':')).toUpperCase()}`,
    wire: chunks(`${VICTIM_CHUNK}0\r\n${trailer}\r\n\r\n`),
    legal: true,
  })),
  {
    id: 'TRAILER-AUTH',
    wire: (c) =>
      request(c, {
        anonymous: true,
        fields: [TE],
        rest: `${VICTIM_CHUNK}0\r\nAuthorization: Bearer ${c.key}\r\n\r\n`,
      }),
  },
]

/** An answer that does not wait for the body must not leave the body behind as a request. */
function refusedEarly(id: string, parts: Parameters<typeof request>[1], legal = false): HostileHead[] {
  return [
    {
      id: `EARLY-${id}-CL`,
      ...(legal && { legal }),
      wire: (c) => {
        const rest = smuggled(c)
        return request(c, { ...parts, fields: [`Content-Length: ${rest.length}`], rest })
      },
    },
    {
      id: `EARLY-${id}-CHUNKED`,
      ...(legal && { legal }),
      wire: (c) => request(c, { ...parts, fields: [TE], rest: `${chunkOf(smuggled(c))}0\r\n\r\n` }),
    },
  ]
}

export const EARLY: readonly HostileHead[] = [
  ...refusedEarly('401', { anonymous: true }),
  ...refusedEarly('404', { line: 'POST /nowhere HTTP/1.1' }),
  ...refusedEarly('405', { line: 'PUT /v1/chat/completions HTTP/1.1' }),
  ...refusedEarly('421', { host: 'Host: evil.example' }),
  ...refusedEarly('400', {}),
  ...refusedEarly('OPTIONS', { line: 'OPTIONS /v1/models HTTP/1.1' }),
  ...refusedEarly('DELETE', { line: 'DELETE /v1/models HTTP/1.1' }),
  ...refusedEarly('GET', { line: 'GET /v1/models HTTP/1.1' }, true),
  ...refusedEarly('HEAD', { line: 'HEAD /v1/models HTTP/1.1' }, true),
  {
    id: 'EXPECT-100-CL',
    wire: framedBy('Expect: 100-continue', 'Content-Length: {n}'),
    legal: true,
  },
  {
    id: 'EXPECT-100-REFUSED',
    wire: (c) => {
      const rest = smuggled(c)
      return request(c, {
        anonymous: true,
        fields: ['Expect: 100-continue', `Content-Length: ${rest.length}`],
        rest,
      })
    },
  },
  { id: 'EXPECT-UNKNOWN', wire: framedBy('Expect: 200-maybe', 'Content-Length: {n}'), legal: true },
  {
    id: 'CL0-BODY-POISON',
    wire: (c) => request(c, { fields: ['Content-Length: 0'], rest: `X${smuggled(c)}` }),
    framed: 2,
  },
]
