/** The control process: state folder, gateway, admin listener and watches, wired and taken down in order. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openTraceSink } from '../adapters/tracing/open-trace-sink.ts'
import { connectRedis } from '../adapters/redis/connect-redis.ts'
import { readAcceptedTable } from '../control/accepted-table.ts'
import { watchGateway } from '../control/alerts/watch-gateway.ts'
import { chosenAdminToken } from '../control/chosen-admin-token.ts'
import { openAdmin } from '../control/open-admin.ts'
import type { Environment } from '../control/build-snapshot.ts'
import { controlSocketPath, openControlSocket } from '../control/control-socket.ts'
import { createAccessKey, createAdminToken } from '../control/create-access-key.ts'
import { Gateway, type CompileOutcome, type ReloadResult } from '../control/gateway.ts'
import { createHandover } from '../control/handover.ts'
import { gauges } from '../control/gauges.ts'
import { gatewayStatus, type GatewayStatus } from '../control/gateway-status.ts'
import type { ListenOverrides } from '../control/listeners.ts'
import { createHealthCheck } from '../control/health/health-detail.ts'
import { readModes } from '../control/mode-store.ts'
import { createFree } from '../control/modes/free-backend.ts'
import { createMattermostHook } from '../control/hooks/mattermost.ts'
import { createModeWatch } from '../control/modes/mode-watch.ts'
import { watchNetwork } from '../control/network-watch.ts'
import { createProbes } from '../control/probes/probes.ts'
import { createReloadCount } from '../control/reload-count.ts'
import { reportUsage } from '../control/report-usage.ts'
import { removeRunFile, writeRunFile, type RunFile, type Runtime } from '../control/run-file.ts'
import { sinkInForce } from '../control/shipping/sink-in-force.ts'
import { createTraceShipping } from '../control/shipping/trace-shipping.ts'
import { createSharedState, type SharedPlace } from '../control/shared-state.ts'
import { ensureSecret, openStateFolder, type StateFolder, writePrivate } from '../control/state-folder.ts'
import { acquireStateLock } from '../control/state-lock.ts'
import { RUN_DIR_PREFIX, stopOrphans } from '../control/stop-orphans.ts'
import { openUsageStore } from '../control/usage-store.ts'
import { createWaker } from '../control/wake/waker.ts'
import { watchFolder } from '../control/watch-folder.ts'
import { finishedIn } from '../table/packed-records.ts'
import type { RecordBatch } from '../table/record-batch.ts'
import type { Log } from '../table/log-line.ts'

/** Unix socket paths end at about 104 bytes; a longer folder for temporary files cannot hold ours. */
const LONGEST_TMPDIR = 60

/** For the doctor: commands know no adapters. */
export { openTraceSink }

const USAGE_THREAD = new URL('./usage-thread.ts', import.meta.url)

export interface ControlOptions {
  version: string
  /** Absolute path of the policies folder, for run.json. */
  policies: string
  stateDir: string
  runtime: Runtime
  listen: ListenOverrides
  /** `address:port`, loopback only. */
  admin: string
  /** Reload whenever the policies folder changes. */
  watch: boolean
  compile: () => Promise<CompileOutcome>
  /** Help for the name of a mode that is not known. */
  suggestMode: (written: string, known: readonly string[]) => string
  /** Builds the app into a folder and gives the bundles' paths. */
  build: (outDir: string) => Promise<Record<Runtime, string>>
  /** The environment, read anew at each reload. */
  environment: () => Promise<Environment>
  log: Log
}

export interface Control {
  state: StateFolder
  gateway: Gateway
  status: () => GatewayStatus
  /** Drains and cleans up. */
  stop: () => Promise<void>
  /** Ends the edges at once. */
  kill: () => void
}

/** The policy does not compile. The message is the compiler's. */
export class PolicyRefused extends Error {
  override name = 'PolicyRefused'
}

/**
 * Resolves when the gateway serves and run.json is written.
 * @throws PolicyRefused, or Error for people when the machine does not give what is needed; nothing stays behind
 */
export async function startControl(options: ControlOptions): Promise<Control> {
  const closers: (() => unknown)[] = []
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).toReversed()) await closer()
  }
  try {
    return await start(options, closers, close)
  } catch (error) {
    await close()
    throw error
  }
}

async function start(
  options: ControlOptions,
  closers: (() => unknown)[],
  close: () => Promise<void>,
): Promise<Control> {
  const { version, policies, runtime } = options
  const log: Log = (level, line) => {
    options.log(level, line)
    store.note(level, line)
  }
  const chosenToken = chosenAdminToken(await options.environment())
  const state = await openStateFolder(options.stateDir)
  closers.push(await acquireStateLock(state))
  let publishLines: (lines: string) => void = () => {}
  const store = openUsageStore({
    thread: USAGE_THREAD,
    path: state.usage,
    logs: state.logs,
    onLines: (lines) => publishLines(lines),
    log,
  })
  closers.push(() => store.close())
  const handover = createHandover(store, log)

  const runDir = await mkdtemp(join(tmpdir().length > LONGEST_TMPDIR ? '/tmp' : tmpdir(), RUN_DIR_PREFIX))
  closers.push(() => rm(runDir, { recursive: true, force: true }))
  // What takes time comes first: from the end of an orphan until an edge of ours serves nobody listens.
  const [bundles, secrets, outcome] = await Promise.all([
    options.build(join(runDir, 'app')),
    ensureSecrets(state),
    options.compile(),
  ])
  const modes = await readModes(state)

  const probes = createProbes({
    snapshot: () => gateway.supervisor.snapshot,
    edge: () => gateway.supervisor.edge,
    log,
  })
  let publish: (() => Promise<void>) | null = null
  let publishing = Promise.resolve()
  const gateway: Gateway = new Gateway({
    ...options,
    log,
    state,
    modes,
    handover,
    runDir,
    bundle: bundles[runtime],
    compile: beginningWith(outcome, options.compile),
    environment: async () => withClientKey(await options.environment(), secrets.clientKey),
    onEdge: (edge) => {
      void probes.greet(edge)
      void publish?.()
    },
  })
  const shared = createSharedState({
    place: () => sharedPlace(gateway),
    connect: (place, onReady) => connectRedis({ ...place, onReady, log }),
    booked: async () => (await store.state(Date.now())).ledger.budgets,
    log,
  })
  closers.push(() => shared.close())
  const shipper = createTraceShipping({
    outbox: store,
    sink: (kind) => sinkInForce(gateway, kind, (server) => openTraceSink(server, version)),
    log,
    random: Math.random,
  })
  closers.push(() => shipper.stop())
  const keepRecords = async (batch: RecordBatch): Promise<void> => {
    await handover.keep(batch)
    shipper.poke()
    shared.finish(() => finishedIn(batch.packed))
  }
  const orphans = await stopOrphans(state, keepRecords)
  for (const line of orphans.lines) log('warn', line)
  await removeRunFile(state)
  // Before any edge is there, so that each is found again.
  await writePrivate(state.runDir, [runDir, ...orphans.runDirs].join('\n'))
  closers.push(() => rm(state.runDir, { force: true }))
  closers.push(() => orphans.ended)
  const waker = createWaker({ snapshot: () => gateway.supervisor.snapshot, log })
  closers.push(() => waker.stop())
  const control = await openControlSocket(controlSocketPath(runDir), {
    snapshot: () => gateway.handed,
    keepRecords,
    sharedLedger: () => shared.ledger(),
    cancelShared: shared.cancel,
    wake: waker.wake,
    mattermost: (call) => answerMattermost(call),
  })
  closers.push(() => control.close())
  closers.push(() => gateway.stop())
  const first = await gateway.reload()
  if (first.kind === 'failed') await serveLastAccepted(gateway, first, { state, policies, log })
  shared.ledger()
  shipper.poke()

  const startedAt = new Date().toISOString()
  const token = chosenToken ?? secrets.adminToken
  const status = (): GatewayStatus =>
    gatewayStatus(gateway, {
      version,
      runtime,
      policies,
      startedAt,
      admin: admin.at,
      probes: probes.status(),
      modeReports: modeWatch.reports(),
      records: handover.status(),
    })
  const reloads = createReloadCount()
  const reload = async (): Promise<ReloadResult> => {
    const result = await gateway.reload()
    reloads.note(result)
    // Connected before the first request has to ask.
    shared.ledger()
    shipper.poke()
    logReload(result, log)
    await publish?.()
    return result
  }
  const modeWatch = createModeWatch({
    inForce: () => gateway.inForce,
    isOn: (name) => gateway.inForce.modes.has(name),
    bring: (name, on) => gateway.switchMode(name, on),
    free: createFree({ inForce: () => gateway.inForce, log }),
    log,
  })
  const answerMattermost = createMattermostHook({
    inForce: () => {
      const { table, environment } = gateway.inForce
      return table.hooks === undefined ? null : { hook: table.hooks.mattermost, environment }
    },
    modes: () => status().modes,
    switch: (name, on) => modeWatch.switch(name, on),
    probes: () => probes.status(),
    log,
  })
  const alertWatch = watchGateway({ gateway, store, probes, shipper, path: state.alerts, log })
  const admin = await openAdmin(options.admin, {
    token,
    onListening: store.listen,
    status: async () => {
      const seen = await gateway.supervisor.edge?.traffic().catch(() => null)
      const traces = await shipper.status().catch(() => [])
      const alerts = alertWatch.report()
      return { ...status(), held: seen?.held ?? [], slots: seen?.slots ?? {}, traces, alerts }
    },
    log,
    reload,
    modes: {
      list: () => status().modes,
      switch: async (name, on) => {
        const result = await modeWatch.switch(name, on)
        if (result.kind === 'reloaded') log('info', `mode \`${name}\` is ${on ? 'on' : 'off'}`)
        return result
      },
      suggest: options.suggestMode,
    },
    shadow: {
      set: (table) => gateway.setShadow(table),
      report: () => gateway.shadowReport(),
    },
    alerts: alertWatch,
    history: { ...store, timeZone: () => gateway.inForce.table.timeZone },
    health: createHealthCheck({
      status,
      edge: () => gateway.supervisor.edge?.traffic() ?? null,
      database: store.ping,
      redis: shared.ping,
      traces: shipper.status,
      now: Date.now,
    }),
    metrics: async () => {
      const seen = (await gateway.supervisor.edge?.traffic().catch(() => null)) ?? null
      const traces = await shipper.status().catch(() => [])
      return (
        (await store.metrics()) +
        reloads.text() +
        gauges({ ...status(), held: seen?.held ?? [], traces, alerts: alertWatch.report() }, seen)
      )
    },
    usage: {
      timeZone: () => gateway.inForce.table.timeZone,
      report: (query) =>
        reportUsage(query, { usage: store.usage, budgets: gateway.supervisor.edge?.budgets ?? null }),
    },
  })
  publishLines = admin.publish
  closers.push(() => admin.close())
  closers.push(watchNetwork(() => refresh(gateway, log)))
  modeWatch.start()
  closers.push(() => modeWatch.stop())
  probes.start()
  closers.push(() => probes.stop())
  alertWatch.start()
  closers.push(() => alertWatch.stop())
  if (options.watch) {
    closers.push(await watchFolder({ folder: policies, onChange: async () => void (await reload()) }))
  }

  // One after the other, each with what holds when its turn comes: the last one tells the truth.
  publish = () =>
    (publishing = publishing
      .then(() => writeRunFile(state, runFile(gateway, { runtime, policies, startedAt, admin: admin.at })))
      .catch((error: unknown) => log('error', `cannot write ${state.runFile}: ${String(error)}`)))
  await publish()
  closers.push(() => removeRunFile(state))
  return { state, gateway, status, stop: close, kill: () => gateway.supervisor.kill() }
}

/** The first time what is there already. */
function beginningWith(
  outcome: CompileOutcome,
  compile: ControlOptions['compile'],
): ControlOptions['compile'] {
  let ready: CompileOutcome | null = outcome
  return () => {
    const first = ready
    ready = null
    return first === null ? compile() : Promise.resolve(first)
  }
}

/** Which Redis the policy in force names; undefined before the first. */
function sharedPlace(gateway: Gateway): SharedPlace | null | undefined {
  if (!gateway.isServing) return undefined
  const { table, environment } = gateway.inForce
  const url = table.state && environment[table.state.url.env]
  return table.state && url ? { url, prefix: table.state.prefix } : null
}

/**
 * What is written does not come into force: the last accepted table serves if there is one, and says so.
 * @throws PolicyRefused, or Error where this machine is at fault, for which another table is no cure
 */
async function serveLastAccepted(
  gateway: Gateway,
  refused: Extract<ReloadResult, { kind: 'failed' }>,
  { state, policies, log }: Pick<ControlOptions, 'policies' | 'log'> & { state: StateFolder },
): Promise<void> {
  if (refused.fault === 'machine') throw new Error(refused.rendered)
  const kept = await readAcceptedTable(state, policies)
  if (!kept.ok) throw new PolicyRefused(`${refused.rendered}\n${kept.why}`)
  const { table, acceptedAt } = kept.accepted
  const which = `the last accepted table (${table.digest.slice(0, 12)} of ${acceptedAt})`
  const restored = await gateway.restore(kept.accepted)
  if (restored.kind === 'failed') {
    throw new PolicyRefused(`${refused.rendered}\n${which} cannot serve either: ${restored.rendered}`)
  }
  log(
    'error',
    `${refused.rendered}\n\nTHE POLICIES DO NOT COMPILE. Serving ${which} until they do and are reloaded.`,
  )
}

async function ensureSecrets(state: StateFolder): Promise<{ clientKey: string; adminToken: string }> {
  const clientKey = await ensureSecret(state.clientKey, createAccessKey)
  const adminToken = await ensureSecret(state.adminToken, createAdminToken)
  return { clientKey, adminToken }
}

/** The key of the first client is there without anybody setting it; who sets it decides. */
function withClientKey(environment: Environment, generated: string): Environment {
  return { ...environment, AICC_CLIENT_KEY: environment['AICC_CLIENT_KEY'] || generated }
}

function runFile(
  gateway: Gateway,
  facts: Pick<RunFile, 'runtime' | 'policies' | 'startedAt' | 'admin'>,
): RunFile {
  const { https, http } = gateway.inForce.listeners
  return {
    pid: process.pid,
    edgePid: gateway.supervisor.status.pid ?? 0,
    ...facts,
    https: https && { address: https.address, port: https.port },
    http: http && { address: http.address, port: http.port },
  }
}

async function refresh(gateway: Gateway, log: Log): Promise<void> {
  const result = await gateway.refresh()
  if (result.kind === 'failed' || result.how !== 'unchanged') logReload(result, log)
}

function logReload(result: ReloadResult, log: Log): void {
  if (result.kind === 'failed')
    log('error', `reload failed, the policy in force stays in force:\n${result.rendered}`)
  else log('info', `policy ${result.digest.slice(0, 12)} in force (${result.how})`)
}
