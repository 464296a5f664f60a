/**
 * Limits of the places that one request comes to: of backends, and of models that stand in as fallbacks. The one that is
 * asked first is charged together with all else; others when their turn comes, each in one step and once a request. What
 * was used is booked where it was used.
 */
import type { GatewayError } from '../../errors.ts'
import type { Ports } from '../../ports.ts'
import type { Charge, Verdict } from '../../table/charges.ts'
import type { FallbackStep } from '../../table/decision.ts'
import type { Target } from '../../table/route-table.ts'
import type { Booked, BookedCharge } from '../../table/usage-book.ts'
import type { ChargePlan, Meters } from './charge-plan.ts'
import { addMeters } from './charges-of.ts'
import type { TokenEstimate } from './estimate.ts'
import { overLimit } from './over-limit.ts'
import { NOTHING_SPENT, usedOf } from './settle.ts'

/** A place whose limits are charged. */
interface Charged {
  /** The plan's own: of one place they are always the same. */
  meters: Meters
  /** Tokens that were used there; null = it was not asked. */
  tokens: number | null
}

interface Order {
  pool: readonly Target[]
  fallback: readonly FallbackStep[]
}

/** What is asked for the tokens of the request only where they count. */
interface Estimated {
  estimate: () => TokenEstimate
}

interface Taken {
  /** The reservation's own. */
  id: string
  charges: readonly Charge[]
}

const NOBODY: Order = { pool: [], fallback: [] }

export class Places {
  readonly #plan: ChargePlan
  readonly #ledger: Ports['ledger']
  /** Of the request. */
  readonly #id: string
  #order: Order = NOBODY
  #ttlMs = 0
  /** There are hardly ever more than two. */
  readonly #charged: Charged[] = []
  readonly #taken: Taken[] = []
  #reservations = 0
  /** Of whom the limits were asked for last, and which they are: most requests come to one target. */
  #seen: Target | null = null
  #limits: readonly Meters[] = []

  constructor(plan: ChargePlan, ledger: Ports['ledger'], id: string) {
    this.#plan = plan
    this.#ledger = ledger
    this.#id = id
  }

  /** @param ttlMs after so long a lease ends by itself */
  begin(order: Order, ttlMs: number): void {
    this.#order = order
    this.#seen = null
    this.#ttlMs = ttlMs
  }

  /** Somewhere on its way the request may come to a limit of tokens. */
  countsTokens(): boolean {
    const { pool, fallback } = this.#order
    const counts = (target: Target): boolean => this.#metersOf(target).some(({ tokens }) => tokens !== null)
    return pool.some(counts) || fallback.some(({ target }) => counts(target))
  }

  /** The backend was charged with the request itself. */
  letIn(backend: string): void {
    const meters = this.#plan.backend(backend)
    if (meters !== null) this.#charged.push({ meters, tokens: null })
  }

  /** @returns why it must not be asked; null = it may */
  enter(target: Target, request: Estimated): GatewayError | null | Promise<GatewayError | null> {
    const limits = this.#metersOf(target)
    const charges: Charge[] = []
    for (let i = 0; i < limits.length; i += 1) {
      const meters = limits[i]!
      if (this.#chargedFor(meters) === undefined) addMeters(charges, meters, request.estimate())
    }
    if (charges.length === 0) return this.#admit(limits)
    this.#reservations += 1
    const taken = { id: `${this.#id}/${this.#reservations}`, charges }
    const verdict = this.#ledger.reserve({ ...taken, now: Date.now(), ttlMs: this.#ttlMs })
    if (!(verdict instanceof Promise)) return this.#conclude(limits, taken, verdict)
    return verdict.then((answer) => this.#conclude(limits, taken, answer))
  }

  /** Tokens that were used at a place. */
  spent(target: Target, tokens: number): void {
    const limits = this.#metersOf(target)
    for (let i = 0; i < limits.length; i += 1) {
      const charged = this.#chargedFor(limits[i]!)
      if (charged !== undefined) charged.tokens = (charged.tokens ?? 0) + tokens
    }
  }

  /** @returns tokens that a place was used for; null = it was not asked; undefined = the charge is of no place */
  tokensAt(key: string): number | null | undefined {
    for (let i = 0; i < this.#charged.length; i += 1) {
      const { meters, tokens } = this.#charged[i]!
      if (meters.requests?.key === key || meters.tokens?.key === key) return tokens
    }
    return undefined
  }

  settle(now: number): void {
    for (const { id, charges } of this.#taken) {
      const used = Object.fromEntries(
        usedOf(charges, NOTHING_SPENT, this).map((entry) => [entry.charge.key, entry.used]),
      )
      const settling = this.#ledger.settle({ id, now, used })
      // A shared ledger answers for itself; its leases end by themselves at the latest.
      if (settling instanceof Promise) settling.catch(() => {})
    }
  }

  /** What was charged beside the request's own reservation. */
  used(): Booked {
    const all: BookedCharge[] = []
    for (const { id, charges } of this.#taken) {
      for (const { charge, used } of usedOf(charges, NOTHING_SPENT, this)) {
        all.push({ charge, used, reservation: id })
      }
    }
    return all
  }

  #conclude(limits: readonly Meters[], taken: Taken, verdict: Verdict): GatewayError | null {
    if (!verdict.granted) return overLimit(taken.charges, verdict)
    this.#taken.push(taken)
    return this.#admit(limits)
  }

  #admit(limits: readonly Meters[]): null {
    for (let i = 0; i < limits.length; i += 1) {
      const meters = limits[i]!
      const charged = this.#chargedFor(meters)
      if (charged === undefined) this.#charged.push({ meters, tokens: 0 })
      else charged.tokens ??= 0
    }
    return null
  }

  #chargedFor(meters: Meters): Charged | undefined {
    for (let i = 0; i < this.#charged.length; i += 1) {
      if (this.#charged[i]!.meters === meters) return this.#charged[i]
    }
    return undefined
  }

  /** Of the backend, and of the model for which it stands in as a fallback. */
  #metersOf(target: Target): readonly Meters[] {
    if (target !== this.#seen) {
      this.#limits = this.#findMeters(target)
      this.#seen = target
    }
    return this.#limits
  }

  #findMeters(target: Target): Meters[] {
    const limits: Meters[] = []
    const backends = this.#plan.backend(target.backend)
    if (backends !== null) limits.push(backends)
    for (const step of this.#order.fallback) {
      if (step.target !== target) continue
      const models = step.of === undefined ? null : this.#plan.model(step.of)
      if (models !== null) limits.push(models)
      break
    }
    return limits
  }
}

/** Null where all are left out. */
export function firstBackend({ pool, fallback }: Order, without: ReadonlySet<string>): string | null {
  for (const { backend } of pool) if (!without.has(backend)) return backend
  for (const { target } of fallback) if (!without.has(target.backend)) return target.backend
  return null
}
