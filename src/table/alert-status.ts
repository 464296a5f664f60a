/** How alerts stand, as the admin API tells it. */

export interface AlertStatus {
  name: string
  /** Which backend or whose budget it is about, where an alert is about several; null = it is about one thing. */
  about: string | null
  /** `pending` = it is beyond its bound, and not yet for long enough. */
  state: 'quiet' | 'pending' | 'firing'
  /** ISO 8601: since when it is beyond its bound; null = it is not. */
  since: string | null
  /** What was found last: percent, ms, or whether it is down (1 or 0); null = nothing can be said. */
  value: number | null
  /** The same in words. */
  text: string
  /** Who is told, besides the log. */
  to: string[]
}

export interface AlertReceiverStatus {
  name: string
  /** Messages that have not got there yet. */
  waiting: number
  /** Why not; null = the last one did, or there was none. */
  problem: string | null
  /** ISO 8601; null = never since the gateway began. */
  toldAt: string | null
}

export interface AlertsReport {
  /** ISO 8601: when it was last looked; null = not yet. */
  checkedAt: string | null
  alerts: AlertStatus[]
  receivers: AlertReceiverStatus[]
}

/** What became of a message that was sent as a test. */
export interface AlertTestResult {
  receiver: string
  /** Null = it was taken. */
  problem: string | null
}

/** What was found in a window of requests. */
export interface WindowReading {
  /** Percent or ms; null = too few requests to say anything. */
  value: number | null
  /** How many counted. */
  requests: number
}
