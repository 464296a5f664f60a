/** Batches of records over the control socket. */
import type { OutboxOptions } from '../state/outbox.ts'
import { packRecords } from '../table/packed-records.ts'
import { askControl, type ControlPost } from './control-post.ts'

/** A slow disk takes its time; a control process that hangs does not get more. */
const ANSWER_WITHIN_MS = 5000

/** @param edge the name the control process gave this edge */
export function createRecordShipper(edge: string, post: ControlPost): OutboxOptions['ship'] {
  return async ({ dropped, records }) => {
    const { status } = await askControl(post, {
      // Beside the records: whoever takes them hands them on unread.
      path: `/records?edge=${encodeURIComponent(edge)}&dropped=${dropped}`,
      body: packRecords(records),
      withinMs: ANSWER_WITHIN_MS,
    })
    return status < 300
  }
}
