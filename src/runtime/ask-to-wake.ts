/** Asks the control process to wake a backend, and waits until it is there. */
import type { Ports } from '../ports.ts'
import { askControl, type ControlPost } from './control-post.ts'

/** Requests that wait for one backend; more of them go elsewhere at once. */
const MOST_WAITING = 64
/** The control process finds out by itself when the time is over. */
const ANSWER_SLACK_MS = 10_000

/**
 * Each request asks for itself, and the control process makes one of them all: on workerd a request cannot wait for what
 * another one asked, which may leave before.
 */
export function createAskToWake(post: ControlPost): Ports['wake'] {
  const waiting = new Map<string, number>()
  return async (backend, { withinMs, signal }) => {
    const others = waiting.get(backend) ?? 0
    if (others >= MOST_WAITING) return false
    waiting.set(backend, others + 1)
    try {
      const asked = { path: '/wake', body: { backend }, withinMs: withinMs + ANSWER_SLACK_MS, signal }
      const { status, text } = await askControl(post, asked)
      return status === 200 && (JSON.parse(text) as { awake: boolean }).awake
    } catch (error) {
      if (signal.aborted) throw error
      // Nobody there who could wake it.
      return false
    } finally {
      const left = (waiting.get(backend) ?? 1) - 1
      if (left === 0) waiting.delete(backend)
      else waiting.set(backend, left)
    }
  }
}
