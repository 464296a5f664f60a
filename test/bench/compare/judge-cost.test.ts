import { expect, it } from 'vitest'
import { judgeCost } from './judge-cost.ts'

it('holds the last side against the bounds, and says what was measured', () => {
  const figures = [
    {
      what: 'CPU of both, us',
      values: [500, 540, 561],
      added: [null, { value: 40, low: 35, high: 44 }, { value: 61, low: 55, high: 70 }],
    },
    { what: 'median, ms', values: [1, 1, 1.1], added: [null, null, { value: 0.1, low: 0.05, high: 0.2 }] },
  ]
  expect(judgeCost('traces', figures, { cpuUs: 60, ms: 0.1 })).toEqual([
    {
      target: 'traces, CPU of both, us: at most 60 us more at half load',
      measured: '61 us (55 to 70)',
      pass: false,
    },
    {
      target: 'traces, median, ms: at most 0.1 ms more at half load',
      measured: '0.100 ms (0.050 to 0.200)',
      pass: true,
    },
  ])
})

it('misses what was not measured', () => {
  expect(judgeCost('traces', [], { cpuUs: 60, ms: 0.1 }).map(({ pass }) => pass)).toEqual([false, false])
})
