import { describe, expect, it } from 'vitest'
import { canBeFound } from '../../../compiler/simulate/can-be-found.ts'
import { makePattern, makePrivacy, makeRuledTable } from '../../src/make-policy.ts'

function isFound(value: string): boolean {
  const base = makeRuledTable([])
  const privacy = makePrivacy({
    patterns: [makePattern()],
    allow: { values: [value], domains: [], networks: [] },
  })
  return canBeFound(value, { ...base, classify: { ...base.classify, privacy } })
}

describe('canBeFound', () => {
  it.each([
    '4111 1111 1111 1111',
    '4111111111111111',
    'Ada@Example.org',
    '+49 30 901820',
    '078-05-1120',
    '123456789', // of a passport, where one says so
    '1.2.1990',
    'hunter2-Xk29!mQ7',
    'postgres', // in a URL
    'DE89 3704 0044 0532 0130 00',
    'Hermes',
  ])('%s', (value) => {
    expect(isFound(value)).toBe(true)
  })

  it.each(['4111 1111 1111 1112', 'ada at example.org', '10.0.0.1', 'hello world', 'ada@localhost'])(
    'not %s',
    (value) => {
      expect(isFound(value)).toBe(false)
    },
  )
})
