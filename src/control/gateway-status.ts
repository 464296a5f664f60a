/**
 * What `aicc status` and /admin/status show of a running gateway. No secret, and of keys only their public ids.
 */
import type { AlertsReport } from '../table/alert-status.ts'
import type { BackendKind, RouteTable } from '../table/route-table.ts'
import type { SlotCounts } from '../table/slot-policy.ts'
import type { Snapshot } from '../table/snapshot.ts'
import type { Gateway } from './gateway.ts'
import type { RecordsStatus } from './handover.ts'
import { modeStatuses, type ModeStatus } from './mode-status.ts'
import type { ModeReport } from './modes/mode-watch.ts'
import type { ProbeStatus } from './probes/probes.ts'
import type { Listener, Runtime } from './run-file.ts'
import type { ShippingStatus } from './shipping/trace-shipper.ts'

export interface GatewayStatus {
  version: string
  pid: number
  runtime: Runtime
  policies: string
  /** Of the route table in force. */
  digest: string
  /** When that table was accepted, if it serves only because the policies do not compile; else null. */
  restoredFrom: string | null
  /** ISO 8601, like all times here. */
  startedAt: string
  edge: {
    state: 'running' | 'restarting' | 'stopped'
    pid: number | null
    restarts: number
    hangs: number
    uptimeSeconds: number | null
  }
  listeners: { https: Listener | null; http: Listener | null; admin: Listener }
  certificate: { notAfter: string; names: string[] }
  modes: ModeStatus[]
  /** Digest of the candidate that decides beside the live table; null = none. */
  shadow: string | null
  backends: BackendStatus[]
  /** Backends, and targets as `backend/model`, that the edge holds to be down; empty while it does not say. */
  held: string[]
  /** Of backends that have been asked and work on so many requests at once. */
  slots: Record<string, SlotCounts>
  clients: { name: string; models: string[] | null; keys: KeyStatus[] }[]
  /** How it stands with the records of requests. */
  records: RecordsStatus
  /** And with their traces, by sink; left out = it was not asked. */
  traces?: ShippingStatus[]
  /** And with alerts; left out = it was not asked. */
  alerts?: AlertsReport
}

interface BackendStatus {
  name: string
  kind: BackendKind
  origin: string | null
  models: string[]
  /** What probes found; null = it is not asked. */
  health: BackendHealth | null
}

export interface BackendHealth extends Pick<ProbeStatus, 'state' | 'latencyMs' | 'detail'> {
  /** Since when it is in that state, and when it was last asked (null = never). */
  since: string
  askedAt: string | null
}

interface KeyStatus {
  id: string
  deprecatedAt: string | null
  expiresAt: string | null
}

export interface StatusFacts {
  version: string
  runtime: Runtime
  policies: string
  startedAt: string
  admin: Listener
  /** What probes found, by backend. */
  probes: Readonly<Record<string, ProbeStatus>>
  /** Of hosts that tell modes, by mode. */
  modeReports: Readonly<Record<string, ModeReport>>
  records: RecordsStatus
}

export function gatewayStatus(gateway: Gateway, facts: StatusFacts): GatewayStatus {
  const { table, listeners, certificate, restoredFrom, modes } = gateway.inForce
  const { startedAt, ...edge } = gateway.supervisor.status
  const { admin, probes, modeReports, ...rest } = facts
  const uptimeSeconds = startedAt && Math.round((Date.now() - startedAt.getTime()) / 1000)
  return {
    ...rest,
    pid: process.pid,
    digest: table.digest,
    restoredFrom,
    edge: { ...edge, uptimeSeconds },
    listeners: { https: bare(listeners.https), http: bare(listeners.http), admin },
    certificate: { notAfter: certificate.notAfter.toISOString(), names: certificate.names },
    modes: modeStatuses(table, modes, modeReports),
    shadow: gateway.shadow?.digest ?? null,
    backends: Object.entries(table.backends).map(([name, { kind, origin, models }]) => ({
      name,
      kind,
      origin,
      models: Object.keys(models),
      health: healthOf(probes[name]),
    })),
    held: [],
    slots: {},
    clients: clientsOf(table, gateway.supervisor.snapshot?.keys ?? []),
  }
}

function healthOf(found: ProbeStatus | undefined): BackendHealth | null {
  if (found === undefined) return null
  const { state, since, askedAt, latencyMs, detail } = found
  return { state, latencyMs, detail, since: new Date(since).toISOString(), askedAt: isoDate(askedAt) }
}

function clientsOf(table: RouteTable, keys: Snapshot['keys']): GatewayStatus['clients'] {
  return Object.entries(table.clients).map(([name, { models }]) => ({
    name,
    models,
    keys: keys
      .filter(({ client }) => client === name)
      .map(({ sha256, deprecatedAt, expiresAt }) => ({
        id: sha256.slice(0, 8),
        deprecatedAt: isoDate(deprecatedAt),
        expiresAt: isoDate(expiresAt),
      })),
  }))
}

/** Without descriptor and functions. */
function bare(listener: Listener | null): Listener | null {
  return listener && { address: listener.address, port: listener.port }
}

function isoDate(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString()
}
