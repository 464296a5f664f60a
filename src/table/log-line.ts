/**
 * A line of the gateway's log: allow-listed fields only. Of a request it is what its record has; no text of requests or
 * answers, no header, no key can get in.
 */

export const LOG_LEVELS = ['info', 'warn', 'error'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

/**
 * Says something to who runs the gateway, on the console and in the log.
 * @param level `error` = something does not work and wants a person; `warn` = something is worse than it should be, or is
 * lost; `info` = all is as it should be, or is again
 */
export type Log = (level: LogLevel, line: string) => void

export interface RequestLine {
  kind: 'request'
  /** ISO 8601: when the answer ended. */
  time: string
  /**
   * `warn` = it ended with an error, `error` = with one that is not the client's (5xx, or a broken stream). That a client
   * hung up is `info`.
   */
  level: LogLevel
  id: string
  correlationId: string
  client: string
  surface: string
  asked: string | null
  model: string | null
  backend: string | null
  backendModel: string | null
  rule: string | null
  status: number
  error: string | null
  stream: boolean
  attempts: number
  ms: number
  firstTokenMs: number | null
  overheadUs: number | null
  inputTokens: number
  outputTokens: number
  /** Nano-USD; null = no price. */
  cost: number | null
}

/** Something happened: at the edge (`event` names it, as EdgeEvent does) or in the control process (a message). */
export interface EventLine {
  kind: 'event'
  time: string
  level: LogLevel
  event: string
  correlationId?: string
  client?: string
  keyId?: string
  address?: string
  backend?: string
  model?: string
  cause?: string
  alert?: string
  message?: string
}

export type LogLine = RequestLine | EventLine
