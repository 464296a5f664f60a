/** The edge under Node: the same app behind node:http and node:https, on sockets it is handed. */
import { readFileSync, rmSync } from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import { join } from 'node:path'
import { getRequestListener, RequestError } from '@hono/node-server'
import { Agent, fetch, request as ask } from 'undici'
import { createNodeBackendFetch, type NodeBackend } from '../adapters/node/backend-fetch.ts'
import { GatewayError } from '../errors.ts'
import { requestPath } from '../pipeline/edge/request-path.ts'
import type { EdgeEvent } from '../ports.ts'
import { createAskHook } from './ask-hook.ts'
import { createAskToWake } from './ask-to-wake.ts'
import { catchConsole } from './catch-console.ts'
import { createEdge } from './edge.ts'
import type { ControlPost } from './control-post.ts'
import { createNodePipe } from './node-pipe.ts'
import { createRemoteLedger } from './remote-ledger.ts'
import { createRecordShipper } from './ship-records.ts'
import type { HandedSnapshot } from '../table/snapshot.ts'

/** Handed over by the supervisor as `edge-node.json` in the folder that is the first argument. */
interface EdgeConfig {
  /** What the control process calls this edge. */
  name: string
  https: { fd: number; cert: string; key: string } | null
  http: { fd: number } | null
  /** Unix socket on which this process takes snapshots. */
  edgeSocket: string
  /** Unix socket of the control process. */
  controlSocket: string
  backends: NodeBackend[]
}

/** As workerd has them, so that both runtimes treat a slow or idle peer alike. */
const SERVER_OPTIONS = {
  headersTimeout: 15_000,
  keepAliveTimeout: 15_000,
  connectionsCheckingInterval: 1000,
  // The body's deadline is the pipeline's.
  requestTimeout: 0,
  // The policy's own caps decide; Node's would answer without a body.
  maxHeaderSize: 384 * 1024,
}
const HANDSHAKE_TIMEOUT_MS = 10_000
const CLOSE_IDLE_EVERY_MS = 50
const LONGEST_END_MS = 120_000

const configFile = join(process.argv[2] ?? '.', 'edge-node.json')
const config = JSON.parse(readFileSync(configFile, 'utf8')) as EdgeConfig
// It holds the certificate's key, which lives in memory from here on.
rmSync(configFile)

// The control process reads what is logged. When it is gone nobody does, and the edge serves on.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})

const control = new Agent({ connect: { socketPath: config.controlSocket } })
/** Not by fetch(), which costs more. */
const postControl: ControlPost = async (url, init) => {
  const { statusCode, body } = await ask(url, { ...init, dispatcher: control })
  return { status: statusCode, text: () => body.text() }
}
/** What node:http knows and the Request does not: its URL is normalised, and it has no peer. */
const heads = new WeakMap<Request, { path: string; address: string }>()

const log = (event: EdgeEvent): void => void process.stdout.write(`${JSON.stringify(event)}\n`)
catchConsole(console, log)

const edge = createEdge({
  async pullSnapshot() {
    const response = await fetch('http://control/snapshot', { dispatcher: control })
    return (await response.json()) as HandedSnapshot
  },
  shipRecords: createRecordShipper(config.name, postControl),
  remoteLedger: createRemoteLedger(postControl),
  wake: createAskToWake(postControl),
  hook: createAskHook(postControl),
  backendFetch: createNodeBackendFetch(config.backends),
  requestPath: (request) => heads.get(request)?.path ?? '/',
  clientAddress: (request) => heads.get(request)?.address ?? 'unknown',
  defer: (work) => void work,
  createPipe: createNodePipe,
  log,
})

const traffic = getRequestListener(
  (request, env) => {
    if ('incoming' in env) {
      const { url = '/', socket } = env.incoming
      heads.set(request, { path: requestPath(url), address: socket.remoteAddress ?? 'unknown' })
    }
    return edge.fetch(request)
  },
  { overrideGlobalObjects: false, errorHandler: refuseHead },
)

/** A head of which no URL can be made never reaches the app; its answer looks like the app's. */
function refuseHead(cause: unknown): Response {
  const headers = { 'x-correlation-id': crypto.randomUUID() }
  const error =
    cause instanceof RequestError
      ? new GatewayError('malformed_host', 'The Host header or the path is missing or malformed.', {
          headers,
        })
      : new GatewayError('internal_error', 'The gateway failed. This is a defect of aicc.', { headers })
  return error.toResponse()
}

const servers: http.Server[] = []
if (config.http !== null) {
  servers.push(http.createServer(SERVER_OPTIONS, traffic).listen({ fd: config.http.fd }))
}
if (config.https !== null) {
  const { cert, key, fd } = config.https
  const options = {
    ...SERVER_OPTIONS,
    cert,
    key,
    handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
    minVersion: 'TLSv1.2',
  } as const
  servers.push(https.createServer(options, traffic).listen({ fd }))
}
// Header fields are counted by the pipeline; Node would silently drop those beyond 2000.
for (const server of servers) server.maxHeadersCount = 0

rmSync(config.edgeSocket, { force: true })
const controlServer = http
  .createServer(getRequestListener(edge.control, { overrideGlobalObjects: false }))
  .listen(config.edgeSocket)

/** Answers under way: after the last of them a connection that is kept alive would go on bringing requests. */
const answers = new Set<http.ServerResponse>()
let isEnding = false
for (const server of servers) {
  server.on('request', ({ socket }, answer: http.ServerResponse) => {
    answers.add(answer)
    if (isEnding) answer.shouldKeepAlive = false
    answer.once('close', () => {
      answers.delete(answer)
      // Its head may have promised otherwise. The sooner, the fewer clients begin another request on it.
      if (isEnding) socket.destroySoon()
    })
  })
}

// Takes no more connections, finishes what is under way, and ends when nothing is left. It may be told twice.
process.on('SIGTERM', () => {
  isEnding = true
  controlServer.close()
  for (const server of servers) server.close()
  for (const answer of answers) if (!answer.headersSent) answer.shouldKeepAlive = false
  const closeIdle = (): void => {
    for (const server of servers) server.closeIdleConnections()
  }
  closeIdle()
  // Those whose answer had begun become idle later.
  setInterval(closeIdle, CLOSE_IDLE_EVERY_MS).unref()
  // Who told it sees to its end. Should they have gone too, it must not wait for ever to hand over its records.
  setTimeout(() => process.exit(1), LONGEST_END_MS).unref()
})
