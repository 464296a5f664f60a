/**
 * Refusals in the words that the client gets.
 */
import type { GatewayError } from '../../src/errors.ts'
import { refusal } from '../../src/pipeline/route/refusal.ts'
import type { Refusal } from '../../src/table/decision.ts'
import type { Facts } from '../../src/table/facts.ts'

/** What the client is told. */
export interface ClientError {
  status: number
  code: string
  message: string
}

export function toClientError({ status, code, message }: GatewayError): ClientError {
  return { status, code, message }
}

export function refusalOf(decision: Refusal, facts: Facts): ClientError {
  return toClientError(refusal(decision, facts))
}
