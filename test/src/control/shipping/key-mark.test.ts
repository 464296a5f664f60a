import { describe, expect, it } from 'vitest'
import { keyMark } from '../../../../src/control/shipping/key-mark.ts'
import type { TracePolicy } from '../../../../src/table/trace-policy.ts'

const shared = { url: 'https://a.test', content: 'full', environment: null, backlog: 9 } as const
const langfuse: TracePolicy = {
  ...shared,
  kind: 'langfuse',
  publicKey: { env: 'PUBLIC' },
  secretKey: { env: 'SECRET' },
}
const otlp: TracePolicy = { ...shared, kind: 'otlp', headers: { a: { env: 'A' }, b: { env: 'B' } } }
const KEYS = { PUBLIC: 'pk-lf-1', SECRET: 'sk-lf-1', A: 'one', B: 'two' }

describe('keyMark', () => {
  it.each<[string, TracePolicy, Record<string, string>, boolean]>([
    ['the same keys', langfuse, KEYS, true],
    ["Langfuse's secret half", langfuse, { ...KEYS, SECRET: 'sk-lf-2' }, true],
    ["the key of Langfuse's project", langfuse, { ...KEYS, PUBLIC: 'pk-lf-2' }, false],
    ['a header of OTLP', otlp, { ...KEYS, B: 'three' }, false],
    ['headers that changed places', otlp, { ...KEYS, A: 'two', B: 'one' }, false],
  ])('of %s', (_, policy, environment, isSame) =>
    expect(keyMark(policy, environment) === keyMark(policy, KEYS)).toBe(isSame),
  )

  it('says nothing of a key that stands somewhere else as well', () => {
    const elsewhere = { ...langfuse, url: 'https://b.test' }
    expect(keyMark(elsewhere, KEYS)).not.toBe(keyMark(langfuse, KEYS))
  })

  it('is a short digest', () => {
    expect(keyMark(langfuse, KEYS)).toMatch(/^[0-9a-f]{16}$/)
  })
})
