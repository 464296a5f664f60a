/** Requests that a client signs: what the edge asks of them. */
export interface Signing {
  /** Environment variable with the secret. */
  secret: { env: string }
  /** A timestamp may lie so far in the past or in the future. */
  windowMs: number
  /** False = a request without a signature passes; one with a wrong one never does. */
  required: boolean
}
