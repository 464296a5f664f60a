/**
 * The edge's workerd configuration: typed input, Cap'n Proto text out.
 * INVARIANT: the worker's only ways out are the declared backends and the control socket.
 */
import type { BackendTls } from '../table/backend-tls.ts'

/** A backend as the edge reaches it; the built-in demo is not among them. */
export interface EdgeBackend {
  name: string
  /** `http://host:port` or `https://host:port`. */
  origin: string
  tls: BackendTls | null
}

export interface WorkerdConfig {
  /** What the control process calls this edge. */
  name: string
  /** The sockets that come as inherited descriptors. */
  http: boolean
  https: boolean
  /** Unix socket on which the edge is told what to do. */
  edgeSocket: string
  /** Unix socket of the control process. */
  controlSocket: string
  backends: readonly EdgeBackend[]
}

/** Files beside the configuration, which it embeds. */
export const CONFIG_FILES = {
  worker: 'worker.js',
  certificate: 'cert.pem',
  key: 'key.pem',
  nodeEdge: 'edge-node.json',
} as const

const COMPATIBILITY_DATE = '2026-11-01'

/**
 * Against long pauses of the collector. A request leaves many small objects of workerd's own behind (headers,
 * bodies, signals), which by default only a major collection frees: they piled up, and the pause that freed
 * them took up to 300 ms. Collected young, and in small portions, 28 ms; memory halves. (No large initial heap:
 * chunks live off the heap, and V8 lets their garbage wait until it is used up.)
 *
 * What survives one minor collection still waits for a major one, and workerd frees all of it within the
 * pause. So majors should come often: pages are promoted at once, not held back four times, and the heap's
 * limit follows the rate of allocation instead of lying 8 MB above what lives. Twice as many majors of half
 * the length: 14 ms. (The constant is a third of V8's own: with that one, 11 ms for 8 % more CPU per call.)
 */
const V8_FLAGS = [
  '--max-heap-size=2048',
  '--max-semi-space-size=2',
  '--cppgc-young-generation',
  '--minor-ms-max-page-age=0',
  '--memory-balancer',
  '--memory-balancer-c-value=1e-10',
]

export function renderWorkerdConfig(config: WorkerdConfig): string {
  const services = [
    mainService(config),
    '(name = "denied", network = (allow = []))',
    `(name = "control", external = (address = ${quote(`unix:${config.controlSocket}`)}, http = ()))`,
    ...config.backends.flatMap(backendServices),
  ]
  return `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    ${services.join(',\n    ')},
  ],
  sockets = [
    ${sockets(config).join(',\n    ')},
  ],
  v8Flags = [${V8_FLAGS.map(quote).join(', ')}],
);
`
}

function mainService({ name: edge, backends }: WorkerdConfig): string {
  const bindings = [
    `(name = "EDGE", text = ${quote(edge)})`,
    binding('CONTROL', 'control'),
    ...backends.flatMap(({ name }) => [
      binding(`backend:${name}`, `backend:${name}`),
      binding(`tcp:${name}`, `tcp:${name}`),
    ]),
  ]
  return `(name = "main", worker = (
      modules = [(name = "worker.js", esModule = embed ${quote(CONFIG_FILES.worker)})],
      compatibilityDate = ${quote(COMPATIBILITY_DATE)},
      compatibilityFlags = ["enable_request_signal"],
      bindings = [${bindings.join(', ')}],
      globalOutbound = "denied",
    ))`
}

function binding(name: string, service: string): string {
  return `(name = ${quote(name)}, service = ${quote(service)})`
}

function sockets({ http, https, edgeSocket }: WorkerdConfig): string[] {
  const keypair = `(privateKey = embed ${quote(CONFIG_FILES.key)}, certificateChain = embed ${quote(CONFIG_FILES.certificate)})`
  return [
    `(name = "control", address = ${quote(`unix:${edgeSocket}`)}, http = (), service = (name = "main", entrypoint = "control"))`,
    ...(http ? ['(name = "http", http = (), service = "main")'] : []),
    ...(https
      ? [`(name = "https", https = (options = (), tlsOptions = (keypair = ${keypair})), service = "main")`]
      : []),
  ]
}

/** Two services per backend: one that speaks HTTP, and one whose bare connect tells at once whether anybody listens. */
function backendServices({ name, origin, tls }: EdgeBackend): string[] {
  const url = new URL(origin)
  const secure = url.protocol === 'https:'
  const address = quote(`${url.hostname}:${url.port || (secure ? 443 : 80)}`)
  const http = secure ? `https = (options = (), ${tlsClient(tls)})` : 'http = ()'
  return [
    `(name = ${quote(`backend:${name}`)}, external = (address = ${address}, ${http}))`,
    `(name = ${quote(`tcp:${name}`)}, external = (address = ${address}, tcp = ()))`,
  ]
}

function tlsClient(tls: BackendTls | null): string {
  const trust = tls?.ca
    ? `trustedCertificates = [${splitPem(tls.ca).map(quote).join(', ')}]`
    : 'trustBrowserCas = true'
  const host = tls?.serverName ? `, certificateHost = ${quote(tls.serverName)}` : ''
  return `tlsOptions = (${trust})${host}`
}

/** workerd takes one certificate per string; a PEM file may hold several, with remarks between them. */
function splitPem(pem: string): string[] {
  return pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [pem]
}

/** A Cap'n Proto string: whatever is not plain ASCII goes in as escaped UTF-8 bytes. */
function quote(text: string): string {
  const escaped = Array.from(new TextEncoder().encode(text), (byte) => {
    const char = String.fromCharCode(byte)
    if (char === '"' || char === '\\') return `\\${char}`
    return byte >= 0x20 && byte < 0x7f ? char : `\\x${byte.toString(16).padStart(2, '0')}`
  })
  return `"${escaped.join('')}"`
}
