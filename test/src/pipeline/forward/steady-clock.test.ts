import { describe, expect, it } from 'vitest'
import { createSteadyClock } from '../../../../src/pipeline/forward/steady-clock.ts'

describe('createSteadyClock', () => {
  it.each([
    { name: 'follows a clock that goes on', shows: [100, 150, 150, 900], gives: [150, 150, 900] },
    {
      name: 'stands still when it is set back, and goes on from there',
      shows: [100, 200, 50, 60, 90],
      gives: [200, 200, 210, 240],
    },
    { name: 'is set back twice', shows: [100, 200, 50, 20, 30], gives: [200, 200, 200, 210] },
    { name: 'follows it forward after that', shows: [100, 200, 50, 1050], gives: [200, 200, 1200] },
  ])('$name', ({ shows, gives }) => {
    const left = [...shows]
    const clock = createSteadyClock(() => left.shift() ?? 0)
    expect(gives.map(() => clock())).toEqual(gives)
  })
})
