/**
 * Tells when an edge has hung: the process is there, and what asks it anything gets no answer. It asks nothing
 * itself, it listens to how the questions fare that others ask.
 */
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * So long without an answer means hung. Far above what keeps a live edge from answering (a long garbage collection
 * takes 0.1 s, a body of 10 MiB well below 1 s), and below what clients wait for a first token. Many such bodies
 * at once do keep Node from answering for longer: there the edge's reads and writes tell that it lives.
 */
export const HUNG_AFTER_MS = 10_000

/**
 * So many questions, each asked after the one before was lost. That a single moment loses several may be our own
 * fault: this process was suspended, or busy with a compile.
 */
const HUNG_AFTER_MISSES = 2

/** Where nobody else asks, this often; about 0.3 ms of work. */
const ASK_EVERY_MS = 1000
const ASK_AGAIN_MS = 250

export interface EdgeWatchdog {
  /** To be told of each answer, whatever it says. */
  answered: () => void
  /** To be told of each question that got no answer, with when it was asked (`performance.now()`). */
  missed: (askedAt: number) => void
  /** Settles when the edge has hung; else never. */
  hung: Promise<void>
}

/**
 * @param hungAfterMs counted from the last answer; the first is taken to come now
 * @param progress changes whenever the process does anything; null where that cannot be known. Asked after misses only
 */
export function createEdgeWatchdog(hungAfterMs: number, progress: () => string | null): EdgeWatchdog {
  const { promise, resolve } = Promise.withResolvers<void>()
  let answeredAt = performance.now()
  let missedAt = 0
  let misses = 0
  let done: string | null = null
  return {
    answered() {
      answeredAt = performance.now()
      misses = 0
    },
    missed(askedAt) {
      if (askedAt < missedAt) return
      missedAt = performance.now()
      const before = done
      done = progress()
      misses += 1
      if (misses > 1 && done !== before) {
        misses = 1
        answeredAt = missedAt
      }
      if (misses >= HUNG_AFTER_MISSES && missedAt - answeredAt >= hungAfterMs) resolve()
    },
    hung: promise,
  }
}

/** Asks now and then until aborted; for an edge that nobody else asks anything. */
export async function keepAsking(ask: () => Promise<void>, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const answered = await ask().then(
      () => true,
      () => false,
    )
    const pause = answered ? ASK_EVERY_MS : ASK_AGAIN_MS
    await sleep(pause, undefined, { signal, ref: false }).catch(() => {})
  }
}
