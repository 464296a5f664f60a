/** Ports whose backends are functions of the test, and which keep what the edge asked of the world. */
import { requestPath } from '../../src/pipeline/edge/request-path.ts'
import type { BackendRequest, EdgeEvent, Ports } from '../../src/ports.ts'
import { createMemoryLedger } from '../../src/state/memory-ledger.ts'
import type { ActiveSnapshot } from '../../src/table/active-snapshot.ts'
import type { RequestRecord } from '../../src/table/request-record.ts'

export type Backend = (request: BackendRequest) => Response | Promise<Response>

export interface ScriptedPorts extends Ports {
  calls: { backend: string; request: BackendRequest }[]
  events: EdgeEvent[]
  deferred: Promise<unknown>[]
  records: RequestRecord[]
  /** Address that the next requests seem to come from. */
  peer: string
}

export function scriptedPorts(active: ActiveSnapshot, backends: Record<string, Backend>): ScriptedPorts {
  const ports: ScriptedPorts = {
    calls: [],
    events: [],
    deferred: [],
    records: [],
    peer: '192.0.2.7',
    snapshot: () => active,
    async backendFetch(backend, request) {
      ports.calls.push({ backend, request })
      const respond = backends[backend]
      if (respond === undefined) throw new Error(`the test has no backend ${backend}`)
      return respond(request)
    },
    requestPath: (request) => requestPath(request.url),
    clientAddress: () => ports.peer,
    onClientGone(request, act) {
      request.signal.addEventListener('abort', act)
      return () => request.signal.removeEventListener('abort', act)
    },
    defer: (work) => ports.deferred.push(work),
    createPipe: () => new TransformStream<Uint8Array, Uint8Array>(),
    log: (event) => ports.events.push(event),
    wake: () => Promise.resolve(false),
    hook: () => Promise.resolve(null),
    ledger: createMemoryLedger(),
    record: (record) => ports.records.push(record),
  }
  return ports
}
