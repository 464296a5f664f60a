/**
 * The gateway as the control process sees it: a compiled policy brought into force on the edge, again and again.
 * Whatever fails on the way, the policy in force stays in force.
 */
import { join } from 'node:path'
import type { RouteTable } from '../table/route-table.ts'
import type { HandedSnapshot } from '../table/snapshot.ts'
import { keepAcceptedTable, type AcceptedTable } from './accepted-table.ts'
import type { ShadowReport } from '../table/shadow-report.ts'
import { buildSnapshot, type Environment } from './build-snapshot.ts'
import { controlSocketPath } from './control-socket.ts'
import { ensureServerCertificate, type ServerCertificate } from './certificate-authority.ts'
import type { Handover } from './handover.ts'
import { launchEdge, type EdgeConfig, type EdgeProcess } from './edge-process.ts'
import {
  changeListeners,
  planListeners,
  type ListenOverrides,
  type ListenPlan,
  type Listeners,
} from './listeners.ts'
import { machineNames } from './machine-names.ts'
import { writeModes, type ModesOn } from './mode-store.ts'
import type { Runtime } from './run-file.ts'
import type { StateFolder } from './state-folder.ts'
import { Supervisor, type ApplyResult, type Desired } from './supervisor.ts'
import type { Log } from '../table/log-line.ts'

const DRAIN_MS = 30_000

/** What the injected compiler says. */
export type CompileOutcome =
  | { ok: true; table: RouteTable }
  | { ok: false; diagnostics: readonly unknown[]; rendered: string }

export type ReloadResult =
  | { kind: 'reloaded'; digest: string; how: ApplyResult }
  | {
      kind: 'failed'
      /** Whose fault it is: what is written in the policy, or what this machine gives (secrets, ports, processes). */
      fault: 'policy' | 'machine'
      diagnostics: readonly unknown[]
      rendered: string
    }

export interface GatewayOptions {
  state: StateFolder
  /** Absolute path of the policies folder. */
  policies: string
  /** Private and short: sockets and edges live here. */
  runDir: string
  runtime: Runtime
  /** The built app for that runtime. */
  bundle: string
  listen: ListenOverrides
  /** Those that were on when the last gateway on this state folder ended. */
  modes: ModesOn
  compile: () => Promise<CompileOutcome>
  /** Read anew at each reload: a secret may have been added with the policy that needs it. */
  environment: () => Promise<Environment>
  log: Log
  onEdge: (edge: EdgeProcess) => void
  /** Sees to it that what one edge counted gets to the next. */
  handover: Handover
}

/** What is in force. */
interface InForce {
  table: RouteTable
  environment: Environment
  plan: ListenPlan
  listeners: Listeners
  certificate: ServerCertificate
  /** When the table was accepted (ISO 8601), if it is an earlier one that serves for want of a policy that compiles. */
  restoredFrom: string | null
  modes: ModesOn
}

type Adoptable = Pick<InForce, 'table' | 'environment' | 'restoredFrom' | 'modes'>

export class Gateway {
  readonly #options: GatewayOptions
  readonly supervisor: Supervisor
  #inForce: InForce | null = null
  #queue: Promise<unknown> = Promise.resolve()
  #edgeCount = 0
  #shadow: RouteTable | null = null

  constructor(options: GatewayOptions) {
    this.#options = options
    const { log, onEdge } = options
    this.supervisor = new Supervisor({
      launch: (desired) => this.#launch(desired),
      log,
      onEdge: (edge) => {
        if (this.#shadow !== null) void this.#takeShadowTo(edge)
        onEdge(edge)
      },
      drainMs: DRAIN_MS,
    })
  }

  /** Whether a policy is in force. */
  get isServing(): boolean {
    return this.#inForce !== null
  }

  /** @throws Error before the first successful reload */
  get inForce(): Readonly<InForce> {
    if (this.#inForce === null) throw new Error('no policy is in force yet')
    return this.#inForce
  }

  /** Compiles and brings the result into force; the first time, this starts the edge. */
  reload(): Promise<ReloadResult> {
    return this.#enqueue(async () => {
      const outcome = await this.#options.compile()
      if (!outcome.ok) return { kind: 'failed', fault: 'policy', ...outcome }
      const { table } = outcome
      const environment = await this.#options.environment()
      const result = await this.#adopt({ table, environment, restoredFrom: null, modes: this.#modes })
      if (result.kind === 'reloaded' && result.how !== 'unchanged') await this.#keep(table)
      return result
    })
  }

  /** Brings a table into force that was accepted earlier. */
  restore({ table, acceptedAt }: AcceptedTable): Promise<ReloadResult> {
    return this.#enqueue(async () => {
      const environment = await this.#options.environment()
      return this.#adopt({ table, environment, restoredFrom: acceptedAt, modes: this.#modes })
    })
  }

  /**
   * Switches a mode on or off, without a compile.
   * @param name a key of the `modes` of the table in force; any other is off for good
   */
  switchMode(name: string, on: boolean): Promise<ReloadResult> {
    return this.#enqueue(() => {
      const modes = new Map(this.#modes)
      if (!on) modes.delete(name)
      else if (!modes.has(name)) modes.set(name, new Date().toISOString())
      return this.#adopt({ ...this.inForce, modes })
    })
  }

  /** The candidate that decides beside the live table. */
  get shadow(): RouteTable | null {
    return this.#shadow
  }

  /**
   * Lets a candidate decide beside the live table, which only counts; null ends it. Not kept over a restart.
   * @throws Error when the edge does not take it
   */
  setShadow(table: RouteTable | null): Promise<void> {
    return this.#enqueue(async () => {
      await this.supervisor.edge?.setShadow(table)
      this.#shadow = table
    })
  }

  /** Null when there is no shadow. While one edge replaces another, nothing has been counted yet. */
  async shadowReport(): Promise<ShadowReport | null> {
    if (this.#shadow === null) return null
    const { digest } = this.#shadow
    const counted = await this.supervisor.edge?.shadowReport().catch(() => null)
    return counted ?? { digest, since: Date.now(), requests: 0, differing: 0, unlisted: 0, kinds: [] }
  }

  /** Looks at the machine's names and the certificate's age, and acts where they changed. */
  refresh(): Promise<ReloadResult> {
    return this.#enqueue(() => this.#adopt(this.inForce))
  }

  /** What an edge that asks is to begin with; null before the first. */
  get handed(): HandedSnapshot | null {
    const { snapshot } = this.supervisor
    return snapshot && { ...snapshot, ledger: this.#options.handover.ledger() }
  }

  async stop(): Promise<void> {
    const { https, http } = this.#inForce?.listeners ?? {}
    await Promise.all([https?.close(), http?.close()])
    await this.supervisor.stop()
  }

  get #modes(): ModesOn {
    return this.#inForce?.modes ?? this.#options.modes
  }

  async #adopt({ table, environment, restoredFrom, modes: wanted }: Adoptable): Promise<ReloadResult> {
    const names = machineNames([...table.listen.names, ...this.#options.listen.names])
    const modes = new Map([...wanted].filter(([name]) => Object.hasOwn(table.modes, name)))
    const built = buildSnapshot(table, environment, { hosts: names, modesOn: [...modes.keys()].toSorted() })
    if (!built.ok) return failed('serve/secrets', built.problems, whereSecretsAre())
    try {
      const certificate = await ensureServerCertificate(this.#options.state, names)
      const before = this.#modes
      const how = await this.#bringIntoForce(
        { table, environment, restoredFrom, modes, certificate },
        built.snapshot,
      )
      await this.#keepModes(before, { wanted, modes })
      return { kind: 'reloaded', digest: table.digest, how }
    } catch (error) {
      return failed('serve/start', [(error as Error).message])
    }
  }

  async #bringIntoForce(
    parts: Adoptable & Pick<InForce, 'certificate'>,
    snapshot: Desired['snapshot'],
  ): Promise<ApplyResult> {
    const none = { https: null, http: null }
    const { plan: before, listeners: present } = this.#inForce ?? { plan: none, listeners: none }
    const plan = planListeners(this.#options.listen, parts.table.listen)
    const change = await changeListeners(present, { present: before, next: plan })
    try {
      const how = await this.supervisor.apply({ config: edgeConfig(parts, change.next), snapshot })
      await change.commit()
      this.#inForce = { ...parts, plan, listeners: change.next }
      return how
    } catch (error) {
      await change.abandon()
      throw error
    }
  }

  /** An edge that replaces another one begins without its shadow. */
  async #takeShadowTo(edge: EdgeProcess): Promise<void> {
    try {
      await edge.setShadow(this.#shadow)
    } catch (error) {
      this.#options.log('warn', `the shadow is not on the new edge: ${(error as Error).message}`)
    }
  }

  async #keep(table: RouteTable): Promise<void> {
    const { state, policies, log } = this.#options
    try {
      await keepAcceptedTable(state, { table, policies, acceptedAt: new Date().toISOString() })
    } catch (error) {
      log('error', `cannot write ${state.acceptedTable}: ${(error as Error).message}`)
    }
  }

  async #keepModes(before: ModesOn, { wanted, modes }: { wanted: ModesOn; modes: ModesOn }): Promise<void> {
    const { state, log } = this.#options
    for (const name of wanted.keys()) {
      if (!modes.has(name))
        log('warn', `mode \`${name}\` was on and is no mode of the policy any more: forgotten`)
    }
    const unchanged = before.size === modes.size && [...before.keys()].every((name) => modes.has(name))
    if (unchanged) return
    try {
      await writeModes(state, modes)
    } catch (error) {
      log('error', `cannot write ${state.modes}: ${(error as Error).message}`)
    }
  }

  #launch({ config, snapshot }: Desired): Promise<EdgeProcess> {
    const { runtime, bundle, runDir, log, handover } = this.#options
    this.#edgeCount += 1
    return handover.launch((ledger) =>
      launchEdge({
        ...config,
        snapshot: { ...snapshot, ledger },
        runtime,
        bundle,
        controlSocket: controlSocketPath(runDir),
        dir: join(runDir, `edge-${this.#edgeCount}`),
        // An edge prints events, which have levels of their own, or what nobody foresaw.
        onLine: (line) => log('warn', line),
      }),
    )
  }

  #enqueue<T>(operation: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(operation)
    this.#queue = result.catch(() => undefined)
    return result
  }
}

function edgeConfig(
  { table, certificate }: Pick<InForce, 'table' | 'certificate'>,
  { https, http }: Listeners,
): EdgeConfig {
  const backends = Object.entries(table.backends)
    .flatMap(([name, { origin, tls }]) => (origin === null ? [] : [{ name, origin, tls }]))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
  const { chain, key } = certificate
  return {
    http: http && { fd: http.fd, address: http.address, port: http.port },
    https: https && { fd: https.fd, address: https.address, port: https.port, chain, key },
    backends,
    countsIn: table.state && `${table.state.url.env} ${table.state.prefix}`,
  }
}

/** The environment of a process stays as it was at its start: what comes later comes from the file. */
function whereSecretsAre(): string {
  return `put secrets into ${join(process.cwd(), '.env')}, which each reload reads anew, or into the environment before the start`
}

/** @param help how it is mended */
function failed(code: string, problems: readonly string[], help?: string): ReloadResult {
  const diagnostics = problems.map((message) => ({ code, severity: 'error', message }))
  const rendered = [...problems, ...(help === undefined ? [] : [`  = help: ${help}`])].join('\n')
  return { kind: 'failed', fault: 'machine', diagnostics, rendered }
}
