import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { GatewayError } from '../../src/errors.ts'
import { authenticate } from '../../src/pipeline/edge/authenticate.ts'
import { type ActiveKey, activate } from '../../src/table/active-snapshot.ts'
import { hashedKey, makeSnapshot } from '../src/make-snapshot.ts'

const token = fc
  .string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 80 })
  .filter((text) => /^\S(?:.*\S)?$/.test(text))

function keysOf(tokens: readonly string[]): readonly ActiveKey[] {
  return activate(makeSnapshot(undefined, { keys: tokens.map((key, i) => hashedKey(key, `client-${i}`)) }))
    .keys
}

/** The client that a key belongs to, or the code of the refusal. */
function whoIs(key: string, keys: readonly ActiveKey[]): string {
  try {
    return authenticate({ authorization: `Bearer ${key}`, apiKey: null }, keys, 0).client
  } catch (error) {
    if (error instanceof GatewayError) return error.code
    throw error
  }
}

describe('keys', () => {
  it('that share a beginning or an end are never taken for each other', () => {
    fc.assert(
      fc.property(token, token, token, (shared, a, b) => {
        fc.pre(a !== b)
        const tokens = [`${shared}${a}`, `${shared}${b}`, `${a}${shared}`, `${b}${shared}`]
        fc.pre(new Set(tokens).size === 4)
        const keys = keysOf(tokens)
        expect(tokens.map((key) => whoIs(key, keys))).toEqual([
          'client-0',
          'client-1',
          'client-2',
          'client-3',
        ])
      }),
    )
  })

  it('that differ in anything are not known', () => {
    fc.assert(
      fc.property(token, fc.nat(), token, (key, at, put) => {
        const place = at % (key.length + 1)
        const other = key.slice(0, place) + put + key.slice(place)
        const keys = keysOf([key])
        expect(whoIs(key, keys)).toBe('client-0')
        expect(whoIs(other, keys)).toBe('invalid_api_key')
      }),
    )
  })

  it('make any header a client or a refusal', () => {
    const keys = keysOf(['known'])
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (header) => {
        try {
          expect(authenticate({ authorization: header, apiKey: null }, keys, 0).client).toBe('client-0')
          expect(header).toMatch(/^bearer +known$/i)
        } catch (error) {
          expect(error).toBeInstanceOf(GatewayError)
        }
      }),
    )
  })
})
