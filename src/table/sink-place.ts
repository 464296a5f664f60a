/** Whose eyes a sink is: where it is, and as whom it is spoken to. */
import type { TracePolicy } from './trace-policy.ts'

/** @returns the same for two policies if what one lets out may be read by the same people as what the other does; no secret is in it */
export function sinkPlace(policy: TracePolicy): string {
  const keys =
    policy.kind === 'langfuse'
      ? [policy.publicKey.env]
      : Object.entries(policy.headers).map(([name, { env }]) => `${name}=${env}`)
  return [policy.url, ...keys.toSorted(), policy.keyMark ?? ''].join(' ').trimEnd()
}
