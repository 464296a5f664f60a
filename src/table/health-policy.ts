/** When a place is held to be down: the parts of the table that say so. */

/** When a target is held to be down because of what happens to requests. */
export interface BreakerPolicy {
  /** Over so long a time attempts are counted. */
  windowMs: number
  /** Fewer attempts than that say nothing. */
  minimum: number
  /** From so many percent of failures on it opens. */
  failuresPercent: number
  /** How long it is open at first; each try that fails doubles it, up to `longestMs`. */
  openMs: number
  longestMs: number
}

/** How the control process asks a backend whether it is well. */
export interface Probe {
  /** Path at the backend's origin; null = what its kind offers. */
  path: string | null
  intervalMs: number
  /** Until the whole answer. */
  timeoutMs: number
}
