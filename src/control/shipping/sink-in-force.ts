/** The trace sink that the policy in force names, with its keys from the environment. */
import type { TraceSink } from '../../table/trace-sink.ts'
import type { Gateway } from '../gateway.ts'
import type { SinkInForce } from './trace-shipper.ts'

/** Where traces go, and as whom. */
export interface TraceServer {
  url: string
  publicKey: string
  secretKey: string
  environment: string | null
}

/** @returns null = it names none, or none is in force yet */
export function sinkInForce(
  gateway: Pick<Gateway, 'isServing' | 'inForce'>,
  open: (server: TraceServer) => TraceSink,
): SinkInForce | null {
  if (!gateway.isServing) return null
  const { table, environment } = gateway.inForce
  if (table.trace === undefined) return null
  const { url, publicKey, secretKey, backlog, environment: label } = table.trace
  const server = {
    url,
    publicKey: environment[publicKey.env] ?? '',
    secretKey: environment[secretKey.env] ?? '',
    environment: label,
  }
  return { key: JSON.stringify(server), backlog, open: () => open(server) }
}
