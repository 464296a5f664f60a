/** A backend that may be asleep: how it is woken, and how long it may take. */
export interface WakePolicy {
  by:
    /** A magic packet, sent to that address; `mac` is 12 lower-case hexadecimal digits. */
    | { kind: 'packet'; mac: string; address: string; port: number }
    | { kind: 'url'; url: string; method: 'GET' | 'POST' }
  /** Requests wait so long for it. */
  startsWithinMs: number
}
