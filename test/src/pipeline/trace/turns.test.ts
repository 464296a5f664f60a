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
