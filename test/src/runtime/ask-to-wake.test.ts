import { describe, expect, it } from 'vitest'
import { createAskToWake } from '../../../src/runtime/ask-to-wake.ts'
import type { ControlPost } from '../../../src/runtime/control-post.ts'

interface Rig {
  post: ControlPost
  calls: { url: string; body: string; signal: AbortSignal }[]
  /** Answers the oldest call that waits. */
  answer: (status: number, body: string) => void
}

function rig(): Rig {
  const calls: Rig['calls'] = []
  const waiting: ((answer: { status: number; text: () => Promise<string> }) => void)[] = []
  return {
    calls,
    post: (url, { body, signal }) =>
      new Promise((resolve, reject) => {
        calls.push({ url, body, signal })
        waiting.push(resolve)
        signal.addEventListener('abort', () => reject(signal.reason as Error))
      }),
    answer: (status, body) => waiting.shift()?.({ status, text: () => Promise.resolve(body) }),
  }
}

const options = (signal = new AbortController().signal): { withinMs: number; signal: AbortSignal } => ({
  withinMs: 60_000,
  signal,
})

describe('asking the control process to wake a backend', () => {
  it.each([
    [200, '{"awake":true}', true],
    [200, '{"awake":false}', false],
    [404, '', false],
    [503, '', false],
  ])('%s %s: %s', async (status, body, awake) => {
    const { post, calls, answer } = rig()
    const asked = createAskToWake(post)('gpu', options())
    expect(calls).toMatchObject([{ url: 'http://control/wake', body: '{"backend":"gpu"}' }])
    answer(status, body)
    expect(await asked).toBe(awake)
  })

  it('asks for each request, and for so many at once only', async () => {
    const { post, calls, answer } = rig()
    const wake = createAskToWake(post)
    const asked = Array.from({ length: 64 }, () => wake('gpu', options()))
    expect(await wake('gpu', options())).toBe(false)
    expect(calls).toHaveLength(64)
    void wake('other', options())
    expect(calls).toHaveLength(65)
    for (let i = 0; i < 64; i += 1) answer(200, '{"awake":true}')
    expect(new Set(await Promise.all(asked))).toEqual(new Set([true]))
    void wake('gpu', options())
    expect(calls).toHaveLength(66)
  })

  it('ends with its request, and makes room then', async () => {
    const { post, calls } = rig()
    const wake = createAskToWake(post)
    const gone = new AbortController()
    const all = Array.from({ length: 64 }, () => wake('gpu', options(gone.signal)))
    const reason = new Error('the client left')
    gone.abort(reason)
    for (const result of await Promise.allSettled(all)) expect(result).toMatchObject({ reason })
    void wake('gpu', options())
    expect(calls).toHaveLength(65)
  })
})
