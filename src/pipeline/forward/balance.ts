/** How a pool of equals shares the work: in which order its targets are tried for one request. */
import type { RouteDecision } from '../../table/decision.ts'
import type { Target } from '../../table/route-table.ts'
import type { ModelRequest } from '../../protocols/model-request.ts'
import { affinityKey, byAffinity } from './affinity.ts'
import { createPace, type Pace } from './pace.ts'
import type { Slot } from './slots.ts'

type Pooled = Pick<RouteDecision, 'model' | 'balance' | 'pool'>
type Pool = RouteDecision['pool']

/** One request's hold on the target that works for it, so that others can see who is busy, and on its place there. */
export interface Lease {
  /** The next attempt goes there; what was held before is free again. */
  move: (target: Target, slot?: Slot) => void
  /** Nothing is held until the next attempt: the request waits. */
  rest: () => void
  /** The request has ended, however it did. Nothing is held from then on. */
  release: () => void
}

export interface Balance {
  /** The pool of the decision in the order in which it is tried. */
  order: (decision: Pooled, request: Pick<ModelRequest, 'body' | 'stream'>) => readonly Target[]
  lease: () => Lease
}

export interface BalanceOptions {
  /** 0 to before 1. */
  random?: () => number
  /** How fast targets were; whoever makes attempts tells it. */
  pace?: Pace
  /** Whether its model has to be loaded first. */
  isCold?: (target: Target) => boolean
}

/** So many times as long does a target take whose model has to be loaded first. */
const COLD_COSTS = 4
/** Less than a request in flight: a warm one that is busier waits its turn. */
const COLD_LOAD = 0.5

export function createBalance({
  random = Math.random,
  pace = createPace(),
  isCold = () => false,
}: BalanceOptions = {}): Balance {
  /** Model → how many requests its pool has had. */
  const turns = new Map<string, number>()
  /** `backend/model` → requests in flight. */
  const busy = new Map<string, number>()

  const nextTurn = (model: string): number => {
    const turn = turns.get(model) ?? 0
    turns.set(model, (turn + 1) % Number.MAX_SAFE_INTEGER)
    return turn
  }
  const load = (target: Target): number => busy.get(keyOf(target)) ?? 0
  const burden = (target: Target): number => load(target) + (isCold(target) ? COLD_LOAD : 0)
  /** Among those equally busy it goes round. */
  const leastBusy = (targets: readonly Target[], model: string): Target[] =>
    rotate(targets, nextTurn(model)).toSorted((a, b) => burden(a) - burden(b))
  /** The better of two drawn by chance comes first: always the best of all would send all there at once. */
  const byPace = (targets: readonly Target[], stream: boolean): Target[] => {
    const unseen = targets.find(
      (target) => load(target) === 0 && pace.estimate(target, stream) === null && !isCold(target),
    )
    if (unseen !== undefined) return [unseen, ...targets.filter((target) => target !== unseen)]
    const estimates = targets.map((target) => pace.estimate(target, stream))
    // Who has been asked and has not answered yet is taken for as slow as the slowest.
    const slowest = Math.max(1, ...estimates.map((ms) => ms ?? 0))
    const ranked = targets
      .map((target, i) => {
        const cost = (estimates[i] ?? slowest) * (load(target) + 1)
        return { target, cost: isCold(target) ? cost * COLD_COSTS : cost }
      })
      .toSorted((a, b) => a.cost - b.cost)
    const one = Math.floor(random() * ranked.length)
    const other = (one + 1 + Math.floor(random() * (ranked.length - 1))) % ranked.length
    const [first] = ranked.splice(Math.min(one, other), 1)
    return [...(first === undefined ? [] : [first]), ...ranked].map(({ target }) => target)
  }
  const orderPool: Balance['order'] = ({ model, balance, pool }, { body, stream }) => {
    const targets: Target[] = []
    for (const { target } of pool) targets.push(target)
    if (targets.length < 2) return targets
    switch (balance) {
      case 'ordered':
        return targets
      case 'round-robin':
        return rotate(targets, nextTurn(model))
      case 'weighted':
        return byWeight(pool, random)
      case 'peak-ewma':
        return byPace(targets, stream)
      case 'prefix': {
        const key = affinityKey(body)
        return key === null ? leastBusy(targets, model) : byAffinity(targets, key, load)
      }
      case 'least-busy':
        break
    }
    return leastBusy(targets, model)
  }

  return {
    order: orderPool,
    lease() {
      let held: string | null = null
      let place: Slot | null = null
      let ended = false
      const free = (): void => {
        place?.release()
        place = null
        if (held === null) return
        const left = (busy.get(held) ?? 1) - 1
        if (left === 0) busy.delete(held)
        else busy.set(held, left)
        held = null
      }
      return {
        move(target, slot) {
          free()
          if (ended) {
            slot?.release()
            return
          }
          place = slot ?? null
          held = keyOf(target)
          busy.set(held, (busy.get(held) ?? 0) + 1)
        },
        rest: free,
        release() {
          ended = true
          free()
        },
      }
    },
  }
}

function keyOf({ backend, model }: Target): string {
  return `${backend}/${model}`
}

function rotate(targets: readonly Target[], turn: number): Target[] {
  const start = turn % targets.length
  return [...targets.slice(start), ...targets.slice(0, start)]
}

/** Drawn one after the other, each time by the weights of those that are left. */
function byWeight(pool: Pool, random: () => number): Target[] {
  const left = [...pool]
  const drawn: Target[] = []
  while (left.length > 0) {
    let point = random() * left.reduce((sum, { weight }) => sum + weight, 0)
    const index = left.findIndex(({ weight }) => (point -= weight) < 0)
    drawn.push(...left.splice(index === -1 ? left.length - 1 : index, 1).map(({ target }) => target))
  }
  return drawn
}
