import { describe, expect, it } from 'vitest'
import { createHealth, type Health } from '../../../../src/pipeline/forward/health.ts'
import { makeBackend, makeTable } from '../../make-snapshot.ts'

const table = makeTable()

/** A clock that the test moves. */
function start(): { health: Health; pass: (ms: number) => void } {
  let now = 1000
  return { health: createHealth(() => now), pass: (ms) => void (now += ms) }
}

describe('health', () => {
  it('holds a backend down for ten seconds after a failure', () => {
    const { health, pass } = start()
    expect(health.unhealthy(table)).toEqual([])
    health.report(table, 'gpu', false)
    pass(9999)
    expect(health.unhealthy(table)).toEqual(['gpu'])
    pass(1)
    expect(health.unhealthy(table)).toEqual([])
  })

  it('starts the ten seconds anew with each failure', () => {
    const { health, pass } = start()
    health.report(table, 'gpu', false)
    pass(9000)
    health.report(table, 'gpu', false)
    pass(9000)
    expect(health.unhealthy(table)).toEqual(['gpu'])
  })

  it('clears it by an answer, and no other', () => {
    const { health } = start()
    health.report(table, 'gpu', false)
    health.report(table, 'spare', false)
    health.report(table, 'gpu', true)
    expect(health.unhealthy(table)).toEqual(['spare'])
  })

  it('forgets a backend that moved or went', () => {
    const { health } = start()
    health.report(table, 'gpu', false)
    health.report(table, 'spare', false)
    const moved = makeTable({ backends: { gpu: makeBackend({ origin: 'http://other.test:8000' }) } })
    expect(health.unhealthy(moved)).toEqual([])
    expect(health.unhealthy(table)).toEqual(['gpu', 'spare'])
  })
})
