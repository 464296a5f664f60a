/** A trace sink that the policy in force names, with its secrets from the environment. */
import { sinkPlace } from '../../table/sink-place.ts'
import type { SinkKind, TracePolicy } from '../../table/trace-policy.ts'
import type { TraceServer, TraceSink } from '../../table/trace-sink.ts'
import type { Environment } from '../build-snapshot.ts'
import type { Gateway } from '../gateway.ts'
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
  const server = toServer(policy, environment)
  const { backlog, content } = policy
  return { key: JSON.stringify(server), place: sinkPlace(policy), backlog, content, open: () => open(server) }
}

function toServer(policy: TracePolicy, environment: Environment): TraceServer {
  const valueOf = ({ env }: { env: string }): string => environment[env] ?? ''
  const { url, environment: label } = policy
  if (policy.kind === 'langfuse') {
    const [publicKey, secretKey] = [valueOf(policy.publicKey), valueOf(policy.secretKey)]
    return { kind: 'langfuse', url, environment: label, publicKey, secretKey }
  }
  const headers = Object.entries(policy.headers).map(([name, secret]) => [name, valueOf(secret)])
  return {
    kind: 'otlp',
    url,
    environment: label,
    headers: Object.fromEntries(headers) as Record<string, string>,
  }
}
