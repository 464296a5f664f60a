/** The edge under workerd: services by binding, one isolate, no other way out. */
import { env, waitUntil } from 'cloudflare:workers'
import { createWorkerdBackendFetch } from '../adapters/workerd/backend-fetch.ts'
import { requestPath } from '../pipeline/edge/request-path.ts'
import { createEdge } from './edge.ts'

const bindings = env as unknown as Record<string, Fetcher | undefined>

const edge = createEdge({
  async pullSnapshot() {
    const control = bindings['CONTROL']
    if (control === undefined) throw new Error('no CONTROL binding')
    const response = await control.fetch('http://control/snapshot')
    return response.json()
  },
  backendFetch: createWorkerdBackendFetch(bindings),
  requestPath: (request) => requestPath(request.url),
  // `address:port`; IPv6 addresses come in brackets.
  clientAddress(request) {
    const peer = String((request as Request<unknown, { clientIp?: string }>).cf?.clientIp ?? 'unknown')
    return peer.replace(/:\d+$/, '').replace(/^\[|\]$/g, '')
  },
  defer: waitUntil,
  createPipe: () => new IdentityTransformStream(),
  // workerd writes this line to standard output, where the supervisor reads it.
  // oxlint-disable-next-line no-console -- the log of this process
  log: (event) => console.log(JSON.stringify(event)),
})

const traffic: ExportedHandler = { fetch: edge.fetch }
export default traffic
export const control: ExportedHandler = { fetch: edge.control }
