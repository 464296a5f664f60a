import { assert, property, string } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodePart, decodeRuns } from '../../../../src/pipeline/classify/base64-runs.ts'

const SECRET =
  'password=Tr0ub4dor&3 and some more words, so that it takes more than one line of base64, für alle'
const encoded = Buffer.from(SECRET).toString('base64')
/** Of the length of a line. */
const DIGEST = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'
/** In two full lines. */
const SECRET_LINES = SECRET.slice(0, 96)
const wrapped = Buffer.from(SECRET_LINES).toString('base64').replaceAll(/.{64}/g, '$&\n')
const bytes = Buffer.from(Array.from({ length: 600 }, (_, i) => (i * 167 + 13) % 256)).toString('base64')

describe('decodeRuns', () => {
  it.each([
    ['plain', `see ${encoded} ok`, [SECRET]],
    ['for URLs', `?q=${Buffer.from(SECRET).toString('base64url')}&x`, [SECRET]],
    ['wrapped', `${encoded.slice(0, 76)}\n${encoded.slice(76)}\n`, [SECRET]],
    ['wrapped for mail', `${encoded.slice(0, 64)}\r\n${encoded.slice(64)}`, [SECRET]],
    ['hex', `= ${Buffer.from(SECRET).toString('hex')}`, [SECRET]],
    ['hex in capitals', Buffer.from(SECRET).toString('hex').toUpperCase(), [SECRET]],
    ['two', `${encoded},${encoded}`, [SECRET, SECRET]],
    ['behind a path', `https://x.example/reset/${encoded}`, [SECRET]],
    [
      'with a slash of its own, behind a path',
      `/a/${Buffer.from(`why???${SECRET}`).toString('base64')}`,
      [`why???${SECRET}`],
    ],
    ['behind a prefix', `call_${Buffer.from(SECRET).toString('base64url')}`, [SECRET]],
    ['behind a hyphen', `token-${encoded}`, [SECRET]],
    ['hex as C writes it', `0x${Buffer.from(SECRET).toString('hex')}`, [SECRET]],
    ['hex as databases write it', `\\x${Buffer.from(SECRET).toString('hex')}`, [SECRET]],
    ['a path', 'node_modules/typescript-eslint/dist/configs/recommended-type-checked', []],
    ['short', 'aGVsbG8=', []],
    ['words', 'internationalization of MultiplexedConnections', []],
    ['a digest', '3f786850e387550fdab836ed7e6dc881de23001b', []],
    ['words below a line', `${encoded.slice(0, 64)}\ngreen`, [SECRET.slice(0, 48)]],
    ['a line below a digest', `${DIGEST}\n${encoded}`, [SECRET]],
    ['lines below a digest', `${DIGEST}\n${wrapped}`, [SECRET_LINES]],
    ['lines between digests', `${DIGEST}\n${wrapped}${DIGEST}`, [SECRET_LINES]],
    ['digits alone', Buffer.from('12345678').toString('hex'), []],
    ['bytes', bytes, []],
  ])('%s', (_, text, found) => {
    expect(decodeRuns(text).texts.map((each) => each.text)).toEqual(found)
  })

  it('reads what stands amid a path without the words behind it', () => {
    const { texts } = decodeRuns(`/u/${Buffer.from(SECRET).toString('base64url')}/edit`)
    expect(texts.map(({ text }) => text)).toContain(SECRET)
  })

  it.each([
    ['long bytes', bytes, true],
    ['short bytes', bytes.slice(0, 400), false],
    ['one letter', 'a'.repeat(10_000), false],
    ['a text', encoded.repeat(10), false],
  ])('%s: nobody knows what it is: %s', (_, text, opaque) => {
    expect(decodeRuns(text).opaque).toEqual(
      opaque ? [{ start: 0, end: text.replaceAll('=', '').length }] : [],
    )
  })

  it('reads what was encoded, wherever it stands', () => {
    assert(
      property(string({ minLength: 16, unit: 'grapheme' }), string({ maxLength: 5 }), (text, around) => {
        const fence = around.replaceAll(/[A-Za-z0-9+/_-]/g, '.')
        // eslint-disable-next-line no-control-regex
        if (/[\0-\x08\x0b\x0c\x0e-\x1f\x7f]/.test(text)) return
        const run = Buffer.from(text).toString('base64').replaceAll('=', '')
        const where = { start: fence.length + 1, end: fence.length + 1 + run.length }
        expect(decodeRuns(`${fence} ${run} ${fence}`).texts).toContainEqual(
          expect.objectContaining({ ...where, text }),
        )
      }),
    )
  })
})

describe('decodePart', () => {
  it('says what stands in the text that is asked for, whatever was asked for before', () => {
    const texts = [`see ${encoded}`, 'nothing', `see ${encoded}`, `see ${encoded}`, bytes]
    expect(texts.map(decodePart)).toEqual(texts.map(decodeRuns))
  })
})
