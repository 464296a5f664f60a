/** One message to an incoming webhook. Its URL is a secret: nothing that is said here holds it. */
import { retryAfter } from '../../table/retry-after.ts'

export interface WebhookMessage {
  text: string
  username?: string
}

export type WebhookAnswer =
  | { ok: true }
  | {
      ok: false
      why: string
      /** How long it asks to be left alone, or is better left; null = it does not say. */
      retryAfterMs: number | null
    }

const ANSWER_WITHIN_MS = 10_000
const LONGEST_WAIT_MS = 3_600_000
/** Who refuses a message as it is will refuse it again, until somebody mends the webhook. */
const REFUSED_WAIT_MS = 600_000
/** A server that is busy: time mends it. */
const PASSING = new Set([408, 425, 429])

/** Never rejects, and never follows a redirect: the message is for the address that was named. */
export async function postWebhook(
  url: string,
  message: WebhookMessage,
  { signal, answerWithinMs = ANSWER_WITHIN_MS }: { signal: AbortSignal; answerWithinMs?: number },
): Promise<WebhookAnswer> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      redirect: 'manual',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(message),
      signal: AbortSignal.any([signal, AbortSignal.timeout(answerWithinMs)]),
    })
    await response.body?.cancel().catch(() => {})
    if (response.ok) return { ok: true }
    const { status } = response
    if (status >= 300 && status < 400) {
      return { ok: false, why: `it redirects elsewhere (${status})`, retryAfterMs: REFUSED_WAIT_MS }
    }
    const passes = status >= 500 || PASSING.has(status)
    const asked = retryAfter(response.headers, Date.now())
    const askedMs = asked === null ? null : Math.min(asked, LONGEST_WAIT_MS)
    const retryAfterMs = passes ? askedMs : REFUSED_WAIT_MS
    return { ok: false, why: `it answered ${status}`, retryAfterMs }
  } catch (error) {
    return { ok: false, why: reasonOf(error, answerWithinMs), retryAfterMs: null }
  }
}

/** A code and no more: messages of the system hold addresses. */
function reasonOf(error: unknown, answerWithinMs: number): string {
  if (!(error instanceof Error)) return 'it cannot be reached'
  if (error.name === 'TimeoutError') return `it has not answered within ${answerWithinMs / 1000} s`
  const { code } = (error.cause ?? {}) as { code?: unknown }
  return typeof code === 'string' ? `it cannot be reached (${code})` : 'it cannot be reached'
}
