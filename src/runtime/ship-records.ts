/** One batch of records over the control socket, for both runtimes. */
import type { OutboxOptions } from '../state/outbox.ts'
import type { RecordBatch } from '../table/record-batch.ts'

/** A slow disk takes its time; a control process that hangs does not get more. */
const ANSWER_WITHIN_MS = 5000

/** What both runtimes' fetch have in common. */
type Post = (
  url: string,
  init: { method: 'POST'; headers: Record<string, string>; body: string; signal: AbortSignal },
) => Promise<{ status: number; text: () => Promise<string> }>

/**
 * @param edge the name the control process gave this edge
 * @param post to the control socket
 */
export function createRecordShipper(edge: string, post: Post): OutboxOptions['ship'] {
  return async (batch) => {
    const body: RecordBatch = { edge, ...batch }
    const response = await post('http://control/records', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    })
    // Read to its end, so that the connection can serve again.
    await response.text()
    if (response.status >= 500) throw new Error(`the control process answered ${response.status}`)
    return response.status < 300
  }
}
