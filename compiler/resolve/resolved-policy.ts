/**
 * The intermediate representation: what was written, with names followed, defaults filled in and units gone.
 * Every node keeps the place it was written at, so that `check/` can point at YAML although it works on data.
 */
import type { BackendKind, ClientKey } from '../../src/table/route-table.ts'
import type { Locate, Place } from '../load/loaded-policy.ts'

/** A value and where it was written; no place = a default. */
export interface Setting<T> {
  value: T
  at: Place | null
}

export type TimeoutName = 'connect' | 'firstToken' | 'idle' | 'total'

/** Milliseconds. */
export type ResolvedTimeouts = Record<TimeoutName, Setting<number>>

export interface ResolvedTarget {
  backend: string
  model: string
  /** Model id on the wire. */
  id: string
  at: Place
}

export interface ResolvedModel {
  /** Only those that lead somewhere. */
  targets: ResolvedTarget[]
  timeouts: ResolvedTimeouts
  /** Milliseconds; 0 = never. */
  keepAlive: Setting<number>
  at: Place
}

export interface ResolvedTls {
  /** PEM, certificates only. */
  ca: string | null
  serverName: string | null
  at: Place | null
}

export interface ResolvedBackend {
  kind: BackendKind
  /** `scheme://host:port`; null for `demo`. */
  origin: string | null
  basePath: string
  keyEnv: string | null
  tls: ResolvedTls
  models: Map<string, { id: string; context: number | null }>
  at: Place
}

export type ResolvedKey = ClientKey & { at: Place }

export interface ResolvedClient {
  keys: ResolvedKey[]
  /** Null = all. */
  models: { name: string; at: Place }[] | null
  at: Place
}

export interface ResolvedPolicy {
  listen: { https: Setting<string | null>; http: Setting<string | null>; names: Setting<string>[] }
  limits: {
    bodyBytes: number
    bodyTimeoutMs: number
    headerBytes: number
    headerCount: number
    failedKeys: { count: number; windowMs: number }
  }
  cors: { origins: { value: string; at: Place }[]; maxAgeSeconds: number }
  /** Every name a client may ask for → the model it means. */
  names: Map<string, string>
  models: Map<string, ResolvedModel>
  /** Alias → where it was written. */
  aliases: Map<string, Place>
  backends: Map<string, ResolvedBackend>
  clients: Map<string, ResolvedClient>
  locate: Locate
}
