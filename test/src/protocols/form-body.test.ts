import { assert, property, uint8Array, array, record, constantFrom, option } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { boundaryOf, type FormPart, parseForm, writeForm } from '../../../src/protocols/form-body.ts'
import { errorOf } from '../error-of.ts'

const encode = (text: string): Uint8Array => new TextEncoder().encode(text)
const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)
const lines = (...all: string[]): Uint8Array => encode(all.join('\r\n'))

const shown = ({ name, filename, contentType, content }: FormPart): unknown[] => [
  name,
  filename,
  contentType,
  decode(content),
]

describe('boundaryOf', () => {
  it.each([
    ['multipart/form-data; boundary=abc', 'abc'],
    ['Multipart/Form-Data;boundary="a b"', 'a b'],
    ['multipart/form-data; charset=utf-8; boundary=----WebKit1', '----WebKit1'],
    ['multipart/form-data', null],
    ['multipart/form-data; boundary=', null],
    ['multipart/mixed; boundary=abc', null],
    ['application/json', null],
    [null, null],
  ])('%s: %s', (type, boundary) => {
    expect(boundaryOf(type)).toBe(boundary)
  })
})

describe('parseForm', () => {
  const FIELD = 'Content-Disposition: form-data; name="model"'
  const FILE = 'Content-Disposition: form-data; name="file"; filename="a b.wav"'

  it('reads fields and files, and nothing before or behind them', () => {
    const bytes = lines(
      'a preamble',
      '--b',
      FIELD,
      '',
      'whisper',
      '--b',
      FILE,
      'Content-Type: audio/wav',
      'Content-Length: 3',
      '',
      'R\r\n--',
      '--b  ',
      'content-disposition: form-data; name="empty"',
      '',
      '',
      '--b--',
      'an epilogue',
    )
    expect(parseForm(bytes, 'b').map(shown)).toEqual([
      ['model', null, null, 'whisper'],
      ['file', 'a b.wav', 'audio/wav', 'R\r\n--'],
      ['empty', null, null, ''],
    ])
  })

  it('takes a boundary at the very beginning, and an odd media type for none', () => {
    const bytes = lines('--b', FILE, 'Content-Type: audio/wav; note="x"', '', 'x', '--b--', '')
    expect(parseForm(bytes, 'b').map(shown)).toEqual([['file', 'a b.wav', null, 'x']])
  })

  it.each<[string, string[]]>([
    ['no boundary', ['hello']],
    ['an end within a part', ['--b', FIELD, '', 'whisper']],
    ['a boundary that goes on', ['--b', FIELD, '', 'x', '--bc', '']],
    ['another field in a head', ['--b', FIELD, 'X-Note: secret', '', 'x', '--b--']],
    ['a transfer encoding', ['--b', FIELD, 'Content-Transfer-Encoding: base64', '', 'x', '--b--']],
    ['a name in another encoding', ['--b', `${FILE}; filename*=UTF-8''x`, '', 'x', '--b--']],
    ['no name', ['--b', 'Content-Disposition: form-data', '', 'x', '--b--']],
    ['an odd name', ['--b', 'Content-Disposition: form-data; name="a b"', '', 'x', '--b--']],
    ['no head', ['--b', '', 'x', '--b--']],
    ['a head without an end', ['--b', FIELD, 'x', '--b--']],
    ['a head that is too long', ['--b', `${FIELD}; x="${'y'.repeat(3000)}"`, '', 'x', '--b--']],
    ['a file name that does not end', ['--b', FILE.replace('a b.wav', 'a.wav\\'), '', 'x', '--b--']],
    ['a long file name', ['--b', FILE.replace('a b', 'a'.repeat(300)), '', 'x', '--b--']],
    ['too many parts', [...Array.from({ length: 65 }, () => ['--b', FIELD, '', 'x']).flat(), '--b--']],
  ])('refuses %s', (_, all) => {
    expect(errorOf(() => parseForm(lines(...all), 'b'))).toMatchObject({ code: 'invalid_form', status: 400 })
  })

  it('reads what it writes, byte for byte', () => {
    const part = record({
      name: constantFrom('model', 'file', 'include[]'),
      filename: option(constantFrom('a.wav', 'ü.mp3', '')),
      contentType: option(constantFrom('audio/wav', 'text/plain')),
      content: uint8Array({ maxLength: 40 }),
    })
    assert(
      property(array(part, { maxLength: 6 }), (parts) => {
        expect(parseForm(writeForm(parts, 'some-boundary'), 'some-boundary')).toEqual(
          parts.map((one) => ({ ...one, content: Uint8Array.from(one.content) })),
        )
      }),
    )
  })

  it.each([
    ['a"\r\nX: y', 'a%22%0D%0AX: y'],
    ['a.wav\\', 'a.wav%5C'],
  ])('lets the file name %j not break out of its head', (filename, written) => {
    const bytes = writeForm([{ name: 'file', filename, contentType: null, content: encode('x') }], 'b')
    expect(decode(bytes)).toContain(`filename="${written}"\r\n`)
    expect(parseForm(bytes, 'b').map(shown)).toEqual([['file', written, null, 'x']])
  })

  it.each([
    ['a\\"b.wav', 'a"b.wav'],
    ['a\\\\', 'a\\'],
    ['C:\\new', 'C:\\new'],
  ])('reads the file name %s as %s', (written, name) => {
    const bytes = lines(
      '--b',
      FILE.replace('a b.wav', () => written),
      '',
      'x',
      '--b--',
      '',
    )
    expect(parseForm(bytes, 'b')[0]?.filename).toBe(name)
  })
})
