/** A trace sink that the policy in force names, with its secrets from the environment. */
import { sinkPlace } from '../../table/sink-place.ts'
import type { SinkKind } from '../../table/trace-policy.ts'
import type { TraceServer, TraceSink } from '../../table/trace-sink.ts'
import type { Gateway } from '../gateway.ts'
import { keyMark } from './key-mark.ts'
import { traceServer } from './trace-server.ts'
import type { SinkInForce } from './trace-shipper.ts'

/** @returns null = it names none of that kind, or none is in force yet */
export function sinkInForce(
  gateway: Pick<Gateway, 'isServing' | 'inForce'>,
  kind: SinkKind,
  open: (server: TraceServer) => TraceSink,
): SinkInForce | null {
  if (!gateway.isServing) return null
  const { table, environment } = gateway.inForce
  const policy = table.trace?.find((sink) => sink.kind === kind)
  if (policy === undefined) return null
  const server = traceServer(policy, environment)
  const { backlog, content } = policy
  const place = sinkPlace({ ...policy, keyMark: keyMark(policy, environment) })
  return { key: JSON.stringify(server), place, backlog, content, open: () => open(server) }
}
