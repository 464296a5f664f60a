import { describe, expect, it } from 'vitest'
import { authenticate as authenticateBy, type Identity } from '../../../../src/pipeline/edge/authenticate.ts'
import { activate } from '../../../../src/table/active-snapshot.ts'
import { errorOf } from '../../error-of.ts'
import { hashedKey, makeSnapshot } from '../../make-snapshot.ts'

const NOW = Date.UTC(2026, 10, 21)
const HOUR = 3_600_000
const keys = activate(
  makeSnapshot(undefined, {
    keys: [
      hashedKey('first', 'one'),
      hashedKey('second', 'two'),
      hashedKey('rotated', 'one', { deprecatedAt: NOW - HOUR, expiresAt: NOW + HOUR }),
      hashedKey('soon', 'one', { deprecatedAt: NOW + HOUR }),
      hashedKey('expired', 'one', { expiresAt: NOW - 1 }),
      hashedKey('just-expired', 'one', { expiresAt: NOW }),
      hashedKey('still-good', 'one', { expiresAt: NOW + 1 }),
      hashedKey('clé 🔑', 'two'),
    ],
  }),
).keys

function authenticate(authorization: string | null, known: typeof keys, now: number): Identity {
  return authenticateBy({ authorization, apiKey: null }, known, now)
}

describe('authenticate', () => {
  it.each([
    ['Bearer first', 'one'],
    ['bearer first', 'one'],
    ['BEARER   first', 'one'],
    ['Bearer second', 'two'],
    ['Bearer clé 🔑', 'two'],
    ['Bearer still-good', 'one'],
  ])('%s is %s', (header, client) => {
    expect(authenticate(header, keys, NOW)).toMatchObject({ client, deprecated: false })
  })

  it.each([
    null,
    '',
    'Bearer',
    'Bearer ',
    'Bearer    ',
    'first',
    'Basic first',
    'Bearerfirst',
    'Token first',
  ])('%j carries no key: 401', (header) => {
    expect(errorOf(() => authenticate(header, keys, NOW))).toMatchObject({
      code: 'missing_api_key',
      status: 401,
      options: { headers: { 'www-authenticate': 'Bearer' } },
    })
  })

  it.each([
    'Bearer firs',
    'Bearer firstx',
    'Bearer First',
    'Bearer first ',
    'Bearer first, Bearer second',
    'Bearer Bearer first',
    'Bearer a7937b64b8caa58f03721bb6bacf5c78cb235febe0e70b1b84cd99541461a08e', // the digest is not the key
  ])('%s is wrong: 403', (header) => {
    expect(errorOf(() => authenticate(header, keys, NOW))).toMatchObject({
      code: 'invalid_api_key',
      status: 403,
    })
  })

  it.each(['expired', 'just-expired'])('%s is refused by its own name', (key) => {
    expect(errorOf(() => authenticate(`Bearer ${key}`, keys, NOW))).toMatchObject({
      code: 'expired_api_key',
      status: 403,
    })
  })

  it('takes a deprecated key, and tells since when and until when', () => {
    expect(authenticate('Bearer rotated', keys, NOW)).toEqual({
      client: 'one',
      keyId: hashedKey('rotated', '').sha256.slice(0, 8),
      deprecated: true,
      lifetimeHeaders: [
        ['deprecation', `@${(NOW - HOUR) / 1000}`],
        ['sunset', 'Sat, 21 Nov 2026 01:00:00 GMT'],
      ],
    })
  })

  it('announces a deprecation that lies ahead without counting it as one', () => {
    expect(authenticate('Bearer soon', keys, NOW)).toMatchObject({
      deprecated: false,
      lifetimeHeaders: [['deprecation', `@${(NOW + HOUR) / 1000}`]],
    })
  })

  it('knows nobody where there are no keys', () => {
    expect(errorOf(() => authenticate('Bearer first', [], NOW))).toMatchObject({ status: 403 })
  })
})

describe('x-api-key', () => {
  it.each([
    { authorization: null, apiKey: 'second', client: 'two' },
    { authorization: 'Bearer first', apiKey: 'second', client: 'one' },
    { authorization: 'Bearer first', apiKey: 'nobody', client: 'one' },
  ])('$apiKey beside $authorization is $client', ({ client, ...credentials }) => {
    expect(authenticateBy(credentials, keys, NOW)).toMatchObject({ client })
  })

  it.each([
    { authorization: null, apiKey: '', code: 'missing_api_key' },
    { authorization: null, apiKey: 'Bearer first', code: 'invalid_api_key' },
    { authorization: 'Bearer nobody', apiKey: 'first', code: 'invalid_api_key' },
    { authorization: 'Basic first', apiKey: 'first', code: 'missing_api_key' },
  ])('$apiKey beside $authorization is $code', ({ code, ...credentials }) => {
    expect(errorOf(() => authenticateBy(credentials, keys, NOW))).toMatchObject({ code })
  })
})
