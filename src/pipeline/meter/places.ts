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
import type { Booked } from '../../table/usage-book.ts'
import type { ChargePlan, Meters } from './charge-plan.ts'
import { addMeters } from './charges-of.ts'
import type { TokenEstimate } from './estimate.ts'
import { overLimit } from './over-limit.ts'
import { NOTHING_SPENT, usedOf } from './settle.ts'

/** Whose limits they are: `backend:gpu`, `model:small`. */
interface Holder {
  name: string
  meters: Meters | null
}

interface Order {
  pool: readonly Target[]
  fallback: readonly FallbackStep[]
}

interface Taken {
  /** The reservation's own. */
  id: string
  charges: readonly Charge[]
}

export class Places {
  readonly #plan: ChargePlan
  readonly #ledger: Ports['ledger']
  /** Of the request. */
  readonly #id: string
  #order: Order = { pool: [], fallback: [] }
  #ttlMs = 0
  /** Names of holders that are charged. */
  readonly #charged = new Set<string>()
  /** Those that were asked → tokens that were used there. */
  readonly #asked = new Map<string, number>()
  readonly #taken: Taken[] = []
  #reservations = 0

  constructor(plan: ChargePlan, ledger: Ports['ledger'], id: string) {
    this.#plan = plan
    this.#ledger = ledger
    this.#id = id
  }

  /** @param ttlMs after so long a lease ends by itself */
  begin(order: Order, ttlMs: number): void {
    this.#order = order
    this.#ttlMs = ttlMs
  }

  /** Somewhere on its way the request may come to a limit of tokens. */
  countsTokens(): boolean {
    const { pool, fallback } = this.#order
    return [...pool, ...fallback.map(({ target }) => target)].some((target) =>
      this.#holdersOf(target).some(({ meters }) => meters !== null && meters.tokens !== null),
    )
  }

  /** The backend was charged with the request itself. */
  letIn(backend: string): void {
    this.#charged.add(`backend:${backend}`)
  }

  /** @returns why it must not be asked; null = it may */
  enter(target: Target, estimate: () => TokenEstimate): GatewayError | null | Promise<GatewayError | null> {
    const holders = this.#holdersOf(target)
    const charges: Charge[] = []
    for (const { name, meters } of holders) {
      if (meters !== null && !this.#charged.has(name)) addMeters(charges, meters, estimate())
    }
    if (charges.length === 0) return this.#admit(holders)
    this.#reservations += 1
    const id = `${this.#id}/${this.#reservations}`
    const conclude = (verdict: Verdict): GatewayError | null => {
      if (!verdict.granted) return overLimit(charges, verdict)
      this.#taken.push({ id, charges })
      return this.#admit(holders)
    }
    const verdict = this.#ledger.reserve({ id, now: Date.now(), charges, ttlMs: this.#ttlMs })
    return verdict instanceof Promise ? verdict.then(conclude) : conclude(verdict)
  }

  /** Tokens that were used at a place. */
  spent(target: Target, tokens: number): void {
    for (const { name } of this.#holdersOf(target)) {
      this.#asked.set(name, (this.#asked.get(name) ?? 0) + tokens)
    }
  }

  /** @returns tokens that a place was used for; null = it was not asked; undefined = the charge is of no place */
  tokensAt(key: string): number | null | undefined {
    const holder = key.slice(0, key.lastIndexOf(':'))
    return this.#charged.has(holder) ? (this.#asked.get(holder) ?? null) : undefined
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
    return this.#taken.flatMap(({ id, charges }) =>
      usedOf(charges, NOTHING_SPENT, this).map(({ charge, used }) => ({ charge, used, reservation: id })),
    )
  }

  #admit(holders: readonly Holder[]): null {
    for (const { name } of holders) {
      this.#charged.add(name)
      if (!this.#asked.has(name)) this.#asked.set(name, 0)
    }
    return null
  }

  #holdersOf(target: Target): Holder[] {
    const { backend } = target
    const holders: Holder[] = [{ name: `backend:${backend}`, meters: this.#plan.backend(backend) }]
    const model = this.#order.fallback.find((step) => step.target === target)?.of
    if (model !== undefined) holders.push({ name: `model:${model}`, meters: this.#plan.model(model) })
    return holders
  }
}

/** Null where all are left out. */
export function firstBackend({ pool, fallback }: Order, without: ReadonlySet<string>): string | null {
  const first = pool.find(({ backend }) => !without.has(backend))
  return first?.backend ?? fallback.find(({ target }) => !without.has(target.backend))?.target.backend ?? null
}
