/** A mode whose state a host tells: how the control process asks it, and how it is switched there. */

/** Where in the host's answer it stands, and what means `on`. */
export interface ModeSign {
  /** Names of fields, from the outermost in, with dots between. */
  field: string
  equals: string | number | boolean
}

export interface ModeHost {
  /** URLs as they are written. */
  status: string
  /** Null = it is switched at the host alone. */
  toggle: string | null
  /** Called once each time the mode goes on. */
  stopAll: string | null
  /** Null = one of the common forms (control/modes/read-mode-answer.ts). */
  on: ModeSign | null
  /** Environment variable with the key that is sent along; null = none. */
  key: { env: string } | null
  intervalMs: number
  /** Until a whole answer. */
  timeoutMs: number
  /** What holds while the host does not tell: what it said last, or the one or the other. */
  unknown: 'keep' | 'on' | 'off'
}

/** A mode of operation, such as gaming mode, that gates backends while it is on. */
export interface Mode {
  /** What gated backends answer meanwhile: only forced requests, or none. */
  whenOn: 'force-only' | 'nothing'
  /** Who tells whether it is on; null = people switch it. */
  host: ModeHost | null
  /** Backends that are asked to unload their models each time it goes on. */
  frees?: string[]
}
