import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Courier, createCourier } from '../../../../src/control/alerts/courier.ts'
import type { WebhookAnswer } from '../../../../src/control/alerts/post-webhook.ts'

const TAKEN: WebhookAnswer = { ok: true }
const AWAY: WebhookAnswer = { ok: false, why: 'it cannot be reached', retryAfterMs: null }

interface Rig {
  courier: Courier
  /** Seconds → what was posted. */
  posted: [seconds: number, text: string][]
  answers: WebhookAnswer[]
  log: string[]
  changes: () => number
}

function rig(waiting: { key: string; text: string; replaced: number }[] = []): Rig {
  const begun = Date.now()
  const posted: Rig['posted'] = []
  const answers: WebhookAnswer[] = []
  const log: string[] = []
  let changes = 0
  const courier = createCourier({
    name: 'ops',
    post(text) {
      posted.push([(Date.now() - begun) / 1000, text])
      return Promise.resolve(answers.shift() ?? TAKEN)
    },
    waiting,
    onChange: () => (changes += 1),
    log: (level, line) => log.push(`${level}: ${line}`),
    random: () => 1,
  })
  return { courier, posted, answers, log, changes: () => changes }
}

describe('createCourier', () => {
  beforeEach(() => vi.useFakeTimers())
  afterEach(() => vi.useRealTimers())
  const pass = (seconds: number): Promise<unknown> => vi.advanceTimersByTimeAsync(seconds * 1000)

  it('tells together what comes close together, and leaves a gap between messages', async () => {
    const { courier, posted, changes } = rig()
    courier.tell({ key: 'a', text: 'A' })
    courier.tell({ key: 'b', text: 'B' })
    await pass(2)
    courier.tell({ key: 'c', text: 'C' })
    await pass(60)
    expect(posted).toEqual([
      [1, 'A\nB'],
      [16, 'C'],
    ])
    expect([courier.waiting(), courier.problem(), changes()]).toEqual([[], null, 2])
  })

  it('has the last word of what flaps, in no more messages than there are gaps', async () => {
    const { courier, posted } = rig()
    for (let i = 0; i < 60; i += 1) {
      courier.tell({ key: 'a', text: `A${i}` })
      await pass(1)
    }
    await pass(60)
    expect(posted.map(([seconds]) => seconds)).toEqual([1, 16, 31, 46, 61])
    expect(posted.at(-1)?.[1]).toMatch(/^A59 \(the last of \d+ changes\)$/)
  })

  it('tries again in growing pauses while the receiver is away, and says so once', async () => {
    const { courier, posted, answers, log } = rig()
    answers.push(AWAY, AWAY, AWAY)
    courier.tell({ key: 'a', text: 'A' })
    await pass(3)
    expect(courier.problem()).toBe('it cannot be reached')
    expect(courier.waiting()).toEqual([{ key: 'a', text: 'A', replaced: 0 }])
    await pass(60)
    expect(posted.map(([seconds]) => seconds)).toEqual([1, 2, 4, 8])
    expect(log).toEqual([
      'error: alerts cannot be told to `ops` and wait: it cannot be reached',
      'info: alerts are told to `ops` again',
    ])
  })

  it('waits as long as it is asked to', async () => {
    const { courier, posted, answers } = rig()
    answers.push({ ok: false, why: 'it answered 429', retryAfterMs: 90_000 })
    courier.tell({ key: 'a', text: 'A' })
    await pass(120)
    expect(posted.map(([seconds]) => seconds)).toEqual([1, 91])
  })

  it('comes back at once when somebody has mended it', async () => {
    const { courier, posted, answers } = rig()
    answers.push({ ok: false, why: 'it answered 404', retryAfterMs: 600_000 })
    courier.tell({ key: 'a', text: 'A' })
    await pass(10)
    courier.poke()
    await pass(1)
    expect(posted.map(([seconds]) => seconds)).toEqual([1, 10])
  })

  it('holds one word for each alert while nobody takes any, and then tells them in portions', async () => {
    const { courier, posted, answers } = rig()
    answers.push(...Array.from({ length: 20 }, () => AWAY))
    for (let i = 0; i < 5000; i += 1) courier.tell({ key: `k${i % 30}`, text: 'x' })
    await pass(60)
    expect(courier.waiting()).toHaveLength(30)
    await pass(600)
    expect(posted.slice(-2).map(([, text]) => text.split('\n').length)).toEqual([20, 10])
    expect(courier.waiting()).toEqual([])
  })

  it('does not take for told what changed while it was told', async () => {
    const { courier, posted } = rig()
    courier.tell({ key: 'a', text: 'fires' })
    await vi.advanceTimersByTimeAsync(1000)
    courier.tell({ key: 'a', text: 'is over' })
    await pass(20)
    expect(posted.map(([, text]) => text.split(' (')[0])).toEqual(['fires', 'is over'])
  })

  it('begins with what was not told before', async () => {
    const { courier, posted } = rig([{ key: 'a', text: 'A', replaced: 2 }])
    await pass(2)
    expect(posted).toEqual([[1, 'A (the last of 3 changes)']])
    await courier.stop()
    courier.tell({ key: 'b', text: 'B' })
    await pass(60)
    expect(posted).toHaveLength(1)
    expect(courier.waiting()).toHaveLength(1)
  })
})
