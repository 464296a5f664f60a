/** Records on their way from an edge to the control process. */
export interface RecordBatch {
  /** Which edge process it is, as the control process named it at its start. */
  edge: string
  /** Records this edge has had to drop since it began: a running total, so that telling it twice counts once. */
  dropped: number
  /** As packRecords() made it: only the thread of the database reads it, and who tells other nodes. */
  packed: string
}
