/** How many requests a backend works on at once, and who may wait for a place. */
export interface SlotPolicy {
  /** Requests at once, at least 1. */
  count: number
  /** Most requests that wait for one; 0 = nobody does. */
  queueSize: number
  /** Longest wait. */
  queueWaitMs: number
}

/** How it stands with a backend that works on so many at once. */
export interface SlotCounts {
  count: number
  busy: number
  waiting: number
}
