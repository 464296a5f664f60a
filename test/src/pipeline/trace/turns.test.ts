import { expect, it } from 'vitest'
import { inOneGo, inTurns, type Turns } from '../../../../src/pipeline/trace/turns.ts'

/** Each piece brings somebody who waits. */
function* work(done: string[]): Turns<string> {
  for (const piece of ['a', 'b', 'c']) {
    done.push(piece)
    setTimeout(() => done.push('other'), 0)
    yield
  }
  return 'all'
}

it('lets others go between the pieces of long work', async () => {
  const done: string[] = []
  expect(await inTurns(work(done))).toBe('all')
  expect(done).toEqual(['a', 'other', 'b', 'other', 'c', 'other'])
})

it('does what is short in one go', () => {
  const done: string[] = []
  expect(inOneGo(work(done))).toBe('all')
  expect(done).toEqual(['a', 'b', 'c'])
})

it('hands on what the work throws', async () => {
  const fails = function* (): Turns<never> {
    yield
    throw new TypeError('no')
  }
  await expect(inTurns(fails())).rejects.toThrow(TypeError)
})

it('leaves no more than a few half done at once', async () => {
  let under = 0
  let most = 0
  const counted = function* (): Turns<string> {
    under += 1
    most = Math.max(most, under)
    try {
      return yield* work([])
    } finally {
      under -= 1
    }
  }
  const all = await Promise.all(Array.from({ length: 100 }, () => inTurns(counted())))
  expect(new Set(all)).toEqual(new Set(['all']))
  // One that runs in one go is among them for no time at all.
  expect(most).toBe(17)
})

it('has its turns again once others have ended, however they did', async () => {
  const fails = function* (): Turns<never> {
    yield
    throw new TypeError('no')
  }
  await Promise.allSettled(Array.from({ length: 100 }, () => inTurns(fails())))
  const done: string[] = []
  await inTurns(work(done))
  expect(done).toEqual(['a', 'other', 'b', 'other', 'c', 'other'])
})
