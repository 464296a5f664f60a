/** Where the traces of a policy's sink go, with its secrets from the environment; one that is not set is empty. */
import type { TracePolicy } from '../../table/trace-policy.ts'
import type { TraceServer } from '../../table/trace-sink.ts'
import type { Environment } from '../build-snapshot.ts'

export function traceServer(policy: TracePolicy, environment: Environment): TraceServer {
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
