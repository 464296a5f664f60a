/** The edge under workerd: services by binding, one isolate, no other way out. */
import { env, waitUntil } from 'cloudflare:workers'
import { createWorkerdBackendFetch } from '../adapters/workerd/backend-fetch.ts'
import { letUploadEnd } from '../adapters/workerd/let-upload-end.ts'
import { requestPath } from '../pipeline/edge/request-path.ts'
import { createAskHook } from './ask-hook.ts'
import { createAskToWake } from './ask-to-wake.ts'
import { createEdge } from './edge.ts'
import { createRemoteLedger } from './remote-ledger.ts'
import { createRecordShipper } from './ship-records.ts'

const bindings = env as unknown as Record<string, Fetcher | undefined> & { EDGE?: string }

/** The request that was looked at last: it is looked at twice in a row, and each look crosses into C++. */
let looked: { request: Request | null; peer: string } = { request: null, peer: '' }

/** `address:port`; IPv6 addresses come in brackets. */
function peerOf(request: Request): string {
  if (looked.request !== request) {
    const { cf } = request as Request<unknown, { clientIp?: string }>
    looked = { request, peer: String(cf?.clientIp ?? 'unknown') }
  }
  return looked.peer
}

const toControl: Fetcher['fetch'] = (input, init) => {
  const socket = bindings['CONTROL']
  if (socket === undefined) throw new Error('no CONTROL binding')
  return socket.fetch(input, init)
}

const edge = createEdge({
  async pullSnapshot() {
    const response = await toControl('http://control/snapshot')
    return response.json()
  },
  shipRecords: createRecordShipper(bindings.EDGE ?? '', toControl),
  remoteLedger: createRemoteLedger(toControl),
  wake: createAskToWake(toControl),
  hook: createAskHook(toControl),
  backendFetch: createWorkerdBackendFetch(bindings),
  requestPath: (request) => requestPath(request.url),
  clientAddress: (request) =>
    peerOf(request)
      .replace(/:\d+$/, '')
      .replace(/^\[|\]$/g, ''),
  peerOf,
  defer: waitUntil,
  letUploadEnd,
  createPipe: () => new IdentityTransformStream(),
  // workerd writes this line to standard output, where the supervisor reads it.
  // oxlint-disable-next-line no-console -- the log of this process
  log: (event) => console.log(JSON.stringify(event)),
})

const traffic: ExportedHandler = { fetch: edge.fetch }
export default traffic
export const control: ExportedHandler = { fetch: edge.control }
