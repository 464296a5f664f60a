/** Batches of records over the control socket. */
import type { OutboxOptions } from '../state/outbox.ts'
import type { RecordBatch } from '../table/record-batch.ts'
import { askControl, type ControlPost } from './control-post.ts'

/** A slow disk takes its time; a control process that hangs does not get more. */
const ANSWER_WITHIN_MS = 5000

/** @param edge the name the control process gave this edge */
export function createRecordShipper(edge: string, post: ControlPost): OutboxOptions['ship'] {
  return async (batch) => {
    const body: RecordBatch = { edge, ...batch }
    const { status } = await askControl(post, { path: '/records', body, withinMs: ANSWER_WITHIN_MS })
    return status < 300
  }
}
