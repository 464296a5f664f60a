/**
 * Brings news to one receiver, and never holds anybody up. News that come close together leave together; of one alert
 * only the last word waits, so what flaps or cannot be told takes no more room than the alerts there are.
 */
import { createRest } from '../rest.ts'
import { backOff } from '../shipping/back-off.ts'
import type { WebhookAnswer } from './post-webhook.ts'
import type { Log } from '../../table/log-line.ts'

export interface AlertNotice {
  /** Which alert, of what: a later one takes the place of an earlier one that still waits. */
  key: string
  text: string
  /** How many earlier ones it stands for. */
  replaced: number
}

export interface CourierOptions {
  name: string
  /** Sends one message. Never rejects. */
  post: (text: string, signal: AbortSignal) => Promise<WebhookAnswer>
  /** Of what could not be told before. */
  waiting: readonly AlertNotice[]
  /** What waits has changed. */
  onChange: () => void
  log: Log
  /** From 0 up to 1. */
  random: () => number
  /** Ms between two messages, and before the first of a while. */
  gapMs?: number
  lingerMs?: number
}

export interface Courier {
  tell: (notice: Omit<AlertNotice, 'replaced'>) => void
  waiting: () => AlertNotice[]
  problem: () => string | null
  /** Unix ms; null = it was never told. */
  toldAt: () => number | null
  /** Something has changed for the better, such as its address. */
  poke: () => void
  /** Cuts short what is under way; what was not told still waits. */
  stop: () => Promise<void>
}

const LINGER_MS = 1000
const GAP_MS = 15_000
const MOST_IN_A_MESSAGE = 20

export function createCourier({
  name,
  post,
  waiting: left,
  onChange,
  log,
  random,
  gapMs = GAP_MS,
  lingerMs = LINGER_MS,
}: CourierOptions): Courier {
  const queue = new Map(left.map((notice) => [notice.key, notice]))
  const stopping = new AbortController()
  const { pause, wake } = createRest(stopping.signal)
  let running: Promise<void> | null = null
  let problem: string | null = null
  let toldAt: number | null = null

  /** @returns how long it is to be left alone; null = it took the message */
  const send = async (failures: number): Promise<number | null> => {
    const batch = [...queue.values()].slice(0, MOST_IN_A_MESSAGE)
    const answer = await post(batch.map(lineOf).join('\n'), stopping.signal)
    if (!answer.ok) {
      if (stopping.signal.aborted) return 0
      if (problem === null) log('error', `alerts cannot be told to \`${name}\` and wait: ${answer.why}`)
      problem = answer.why
      return backOff(failures + 1, answer.retryAfterMs, random())
    }
    // What has changed meanwhile was not told.
    for (const notice of batch) if (queue.get(notice.key) === notice) queue.delete(notice.key)
    if (problem !== null) log('info', `alerts are told to \`${name}\` again`)
    problem = null
    toldAt = Date.now()
    onChange()
    return null
  }
  const run = async (): Promise<void> => {
    let failures = 0
    await pause(lingerMs)
    while (queue.size > 0 && !stopping.signal.aborted) {
      const restMs = await send(failures)
      failures = restMs === null ? 0 : failures + 1
      await pause(restMs ?? gapMs)
    }
  }
  const start = (): void => {
    if (queue.size === 0 || stopping.signal.aborted) return
    running ??= run().finally(() => {
      running = null
      start()
    })
  }
  start()
  return {
    tell(notice) {
      const before = queue.get(notice.key)
      // To the end: what waits longest leaves first.
      queue.delete(notice.key)
      queue.set(notice.key, { ...notice, replaced: before === undefined ? 0 : before.replaced + 1 })
      start()
    },
    waiting: () => [...queue.values()],
    problem: () => problem,
    toldAt: () => toldAt,
    poke: () => {
      if (problem !== null) wake()
    },
    async stop() {
      stopping.abort()
      await running
    },
  }
}

function lineOf({ text, replaced }: AlertNotice): string {
  if (replaced === 0) return text
  return `${text} (the last of ${replaced + 1} changes)`
}
