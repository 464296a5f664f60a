import type { Alert, AlertMeasure, RequestMeasure } from '../../../../src/table/alert-policy.ts'

const EVERYTHING = { clients: null, models: null, backends: null, rules: null }

export function makeMeasure(
  kind: RequestMeasure['kind'],
  { scope, ...rest }: { scope?: Partial<RequestMeasure['scope']>; overMs?: number; atLeast?: number } = {},
): RequestMeasure {
  return { kind, overMs: 300_000, atLeast: 1, ...rest, scope: { ...EVERYTHING, ...scope } }
}

/** Above 5 % of errors for a minute; clears at 2 % for five. */
export function makeAlert(changes: Partial<Alert> = {}): Alert {
  return {
    measure: makeMeasure('error-rate') satisfies AlertMeasure,
    side: 'above',
    bound: 5,
    clearsAt: 2,
    forMs: 60_000,
    clearsAfterMs: 300_000,
    repeatMs: null,
    to: ['ops'],
    ...changes,
  }
}
