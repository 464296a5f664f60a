import { afterEach, describe, expect, it, vi } from 'vitest'
import { newId } from '../../../src/pipeline/new-id.ts'

afterEach(() => void vi.useRealTimers())

describe('newId', () => {
  it('is a UUID of version 7, which begins with the time', () => {
    vi.useFakeTimers({ now: Date.UTC(2026, 10, 22, 1, 2, 3, 4) })
    // 1,795,309,323,004 ms in hexadecimal.
    expect(newId()).toMatch(/^01a200c6-42fc-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  })

  it('never comes twice, and comes later in order', () => {
    vi.useFakeTimers({ now: 1 })
    const ids = Array.from({ length: 1000 }, newId)
    expect(new Set(ids).size).toBe(1000)
    const before = newId()
    vi.advanceTimersByTime(1)
    expect(newId() > before).toBe(true)
  })
})
