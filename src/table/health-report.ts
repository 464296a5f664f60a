/** What the control process tells the edge of a backend that it asked: `PUT /health`, by the backend's name. */
export interface HealthReport {
  up: boolean
  /** How long ago the question was put, in ms: what a request has shown since is newer. */
  askedAgoMs: number
  /** The address that was asked: the answer of a host says nothing of another. */
  origin: string
  /** Ids of the models that it has loaded; left out where it does not tell. */
  loaded?: readonly string[]
}

/**
 * How long the edge believes that a backend is down when it hears no more: the control process tells it anew each time
 * it has asked (at least once in `LONGEST_PROBE_PAUSE_MS`), so that one which is gone keeps nobody out for good.
 */
export const DOWN_HOLDS_MS = 150_000

/** The longest pause between two questions to a backend that is down. */
export const LONGEST_PROBE_PAUSE_MS = 60_000
