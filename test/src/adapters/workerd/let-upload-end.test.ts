import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { letUploadEnd } from '../../../../src/adapters/workerd/let-upload-end.ts'

const MIB = 1024 * 1024

/** A body that gives a block each time it is asked, and counts them. */
function bodyOf(blocks: readonly (number | 'stall' | 'break')[]): {
  body: ReadableStream<Uint8Array>
  read: () => number
} {
  let read = 0
  const pull = (controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> | void => {
    const block = blocks[read]
    if (block === 'stall') return new Promise(() => {})
    read += 1
    if (block === undefined) controller.close()
    else if (block === 'break') controller.error(new Error('gone'))
    else controller.enqueue(new Uint8Array(block))
  }
  return { body: new ReadableStream<Uint8Array>({ pull }, { highWaterMark: 0 }), read: () => read }
}

describe('a body that nobody reads', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })

  afterEach(() => {
    vi.useRealTimers()
  })

  it.each([
    { name: 'to its end', blocks: [10, MIB / 2, 10], read: 4 },
    { name: 'until it is too long', blocks: [MIB, 1, 1, 1], read: 2 },
    { name: 'until it breaks', blocks: [10, 'break', 10] as const, read: 2 },
  ])('is read $name, and no timer is left', async ({ blocks, read }) => {
    const upload = bodyOf(blocks)
    await letUploadEnd(upload.body)
    expect(upload.read()).toBe(read)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('is waited for a second', async () => {
    const ended = vi.fn<() => void>()
    void letUploadEnd(bodyOf([10, 'stall']).body).then(ended)
    await vi.advanceTimersByTimeAsync(999)
    expect(ended).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    expect(ended).toHaveBeenCalledOnce()
  })
})
