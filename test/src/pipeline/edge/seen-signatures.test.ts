import { describe, expect, it } from 'vitest'
import { createSeenSignatures, type UsedSignature } from '../../../../src/pipeline/edge/seen-signatures.ts'

const NOW = 1_800_000_000_000
const WINDOW = 300_000

const used = (fields: Partial<UsedSignature> = {}): UsedSignature => ({
  client: 'crew',
  signature: 'a',
  signedAt: NOW,
  windowMs: WINDOW,
  now: NOW,
  ...fields,
})

describe('signatures that have been used', () => {
  it('are each used once, by each client', () => {
    const seen = createSeenSignatures()
    expect(seen.add(used())).toBe('new')
    expect(seen.add(used())).toBe('seen')
    expect(seen.add(used({ signature: 'b' }))).toBe('new')
    expect(seen.add(used({ client: 'other' }))).toBe('new')
  })

  it.each([-WINDOW, 0, WINDOW])('are known as long as a timestamp %s ms away is accepted', (ahead) => {
    const seen = createSeenSignatures()
    const signedAt = NOW + ahead
    expect(seen.add(used({ signedAt }))).toBe('new')
    for (const signature of ['x', 'y']) seen.add(used({ signature, now: signedAt + WINDOW }))
    expect(seen.add(used({ signedAt, now: signedAt + WINDOW }))).toBe('seen')
  })

  it('are not used again when a reload makes the window longer', () => {
    const seen = createSeenSignatures()
    const [short, later] = [60_000, NOW + 200_000]
    expect(seen.add(used({ windowMs: short }))).toBe('new')
    expect(seen.add(used({ signature: 'b', signedAt: later, windowMs: short, now: later }))).toBe('new')
    // The first one has been forgotten by now, and its time would be accepted.
    expect(seen.add(used({ windowMs: WINDOW, now: later }))).toBe('seen')
    expect(seen.add(used({ signature: 'c', signedAt: later, windowMs: WINDOW, now: later }))).toBe('new')
  })

  it('are bounded in number, and make room as they leave the window', () => {
    const seen = createSeenSignatures(3)
    for (const signature of ['a', 'b', 'c']) expect(seen.add(used({ signature }))).toBe('new')
    expect(seen.add(used({ signature: 'd' }))).toBe('full')
    // Nothing is forgotten for it, and nobody else is touched.
    expect(seen.add(used({ signature: 'a' }))).toBe('seen')
    expect(seen.add(used({ signature: 'd', client: 'other' }))).toBe('new')
    const later = NOW + WINDOW + 120_000
    expect(seen.add(used({ signature: 'd', signedAt: later, now: later }))).toBe('new')
  })
})
