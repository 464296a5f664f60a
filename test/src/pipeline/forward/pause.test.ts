import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { pause } from '../../../../src/pipeline/forward/pause.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

it('waits so long', async () => {
  let over = false
  void pause(100, new AbortController().signal).then(() => (over = true))
  await vi.advanceTimersByTimeAsync(99)
  expect(over).toBe(false)
  await vi.advanceTimersByTimeAsync(1)
  expect(over).toBe(true)
})

it.each(['before', 'while'])('is cut short %s it waits, and leaves no timer', async (when) => {
  const abort = new AbortController()
  const reason = new Error('left')
  if (when === 'before') abort.abort(reason)
  const waiting = pause(100, abort.signal)
  abort.abort(reason)
  await expect(waiting).rejects.toBe(reason)
  expect(vi.getTimerCount()).toBe(0)
})
