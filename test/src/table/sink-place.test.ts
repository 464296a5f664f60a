import { describe, expect, it } from 'vitest'
import { sinkPlace } from '../../../src/table/sink-place.ts'
import type { TracePolicy } from '../../../src/table/trace-policy.ts'

const shared = { url: 'https://a.test', content: 'full', environment: null, backlog: 9 } as const
const langfuse = {
  ...shared,
  kind: 'langfuse',
  publicKey: { env: 'PUBLIC' },
  secretKey: { env: 'SECRET' },
} as const
const otlp = { ...shared, kind: 'otlp', headers: { b: { env: 'B' }, a: { env: 'A' } } } as const

describe('sinkPlace', () => {
  it.each<[string, TracePolicy, TracePolicy, boolean]>([
    [
      'how much is taken and how it is filed',
      langfuse,
      { ...langfuse, content: 'redacted', environment: 'prod', backlog: 1 },
      true,
    ],
    ['the secret half of a key', langfuse, { ...langfuse, secretKey: { env: 'NEW' } }, true],
    ['the key, which names the project', langfuse, { ...langfuse, publicKey: { env: 'OTHER' } }, false],
    ['the address', langfuse, { ...langfuse, url: 'https://b.test' }, false],
    ['the order of headers', otlp, { ...otlp, headers: { a: { env: 'A' }, b: { env: 'B' } } }, true],
    ['what the key is', { ...langfuse, keyMark: 'a' }, { ...langfuse, keyMark: 'b' }, false],
    ['nothing but a key that is not marked', langfuse, { ...langfuse, keyMark: '' }, true],
    ['a header', otlp, { ...otlp, headers: { a: { env: 'A' } } }, false],
    ['the address of OTLP', otlp, { ...otlp, url: 'https://a.test/v1' }, false],
  ])('of policies that differ in %s', (_, one, other, isSame) =>
    expect(sinkPlace(one) === sinkPlace(other)).toBe(isSame),
  )
})
