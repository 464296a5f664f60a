/**
 * The route table: what the compiler emits and the edge runs. Pure JSON data, no code.
 * INVARIANT: it never holds a secret, only the names of environment variables and SHA-256 digests.
 */

/** What speaks on the other side of a backend's address. `demo` is built into the edge. */
export type BackendKind = 'openai' | 'ollama' | 'litellm' | 'demo'

/** The API operations that are routed by model. */
export type Surface = 'chat' | 'completions' | 'embeddings'

/** All durations in milliseconds. */
export interface Timeouts {
  /** Until a TCP connection to the backend stands. */
  connectMs: number
  /** Streaming: until the first event with content. */
  firstTokenMs: number
  /** Longest gap between two chunks of an answer, and longest time a client may take none. */
  idleMs: number
  /** Whole request, from its last byte in to the answer's last byte out. */
  totalMs: number
}

/** One place where a model lives: `backend/model` of the policy, resolved. */
export interface Target {
  backend: string
  /** Name within the backend's `models`. */
  model: string
  /** Model id on the wire to the backend. */
  id: string
}

/** A name clients may ask for, resolved. */
export interface Model {
  /** Tried in order until one answers. Never empty. */
  targets: Target[]
  timeouts: Timeouts
  /** Silence after which a stream's headers are committed and a comment is sent; 0 = never. */
  keepAliveMs: number
}

export interface BackendModel {
  id: string
  /** Context window in tokens, null when the policy does not say. */
  context: number | null
}

/** An environment variable whose value is the secret. */
export interface SecretRef {
  env: string
}

export interface Backend {
  kind: BackendKind
  /** `https://host:port`, lower case, port always explicit; null for `demo`. */
  origin: string | null
  /** Prefix of every path on the backend, such as `/v1`; no trailing slash. */
  basePath: string
  key: SecretRef | null
  tls: BackendTls | null
  models: Record<string, BackendModel>
}

/** How the backend's certificate is judged. Present when the origin is https. */
export interface BackendTls {
  /** PEM of the CA to trust in place of the public ones; null = public CAs. */
  ca: string | null
  /** Name expected in the certificate; null = the origin's host. */
  serverName: string | null
}

export type ClientKey = (SecretRef | { sha256: string }) & {
  /** Unix ms since which the key is deprecated (RFC 9745); null = it is not. */
  deprecatedAt: number | null
  /** Unix ms from which the key is refused (RFC 8594); null = never. */
  expiresAt: number | null
}

export interface Client {
  keys: ClientKey[]
  /** Names the client may ask for; null = all. */
  models: string[] | null
}

export interface Cors {
  /** Exact origins; never `*`. Empty = closed. */
  origins: string[]
  maxAgeSeconds: number
}

export interface Limits {
  bodyBytes: number
  /** Until the last byte of a request body, in ms. */
  bodyTimeoutMs: number
  headerBytes: number
  headerCount: number
  /** Wrong keys that one address may send within the window before it gets 429. */
  failedKeys: { count: number; windowMs: number }
}

/** Where the gateway listens, and the extra names it answers to. Flags override. */
export interface Listen {
  https: string | null
  http: string | null
  /** Host names beyond the machine's own. */
  names: string[]
}

export interface RouteTable {
  version: 1
  /** SHA-256 (hex) over the canonical JSON of all other fields. */
  digest: string
  listen: Listen
  limits: Limits
  cors: Cors
  /** Every name a client may ask for → key of `models` (aliases resolved). */
  names: Record<string, string>
  models: Record<string, Model>
  backends: Record<string, Backend>
  clients: Record<string, Client>
}
