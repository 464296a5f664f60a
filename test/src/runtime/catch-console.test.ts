import { describe, expect, it } from 'vitest'
import type { EdgeEvent } from '../../../src/ports.ts'
import { AnswerBroken } from '../../../src/runtime/answer-broken.ts'
import { catchConsole } from '../../../src/runtime/catch-console.ts'

describe('catchConsole', () => {
  const events: EdgeEvent[] = []
  const target = { error: console.error, warn: console.warn, info: console.info }
  catchConsole(target, (event) => events.push(event))

  it('tells in one event what a library prints, and nothing of what is told already', () => {
    target.error(new AnswerBroken('broken off'))
    target.info('The user aborted a request.')
    expect(events).toEqual([])
    target.error(new TypeError('terminated'))
    target.warn('deprecated')
    expect(events.map(({ event, cause }) => [event, cause])).toEqual([
      ['internal-error', 'TypeError: terminated'],
      ['internal-error', 'deprecated'],
    ])
  })
})
