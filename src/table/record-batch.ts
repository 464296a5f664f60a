/** Records on their way from an edge to the control process. */
import type { RequestRecord } from './request-record.ts'

export interface RecordBatch {
  /** Which edge process it is, as the control process named it at its start. */
  edge: string
  /** Records this edge has had to drop since it began: a running total, so that telling it twice counts once. */
  dropped: number
  records: readonly RequestRecord[]
}
