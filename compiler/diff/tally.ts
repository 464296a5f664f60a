/**
 * Collects the requests that two tables decide differently: one witness for each caller and each change of way.
 */
import type { AbstractRequest } from './abstract-request.ts'
import type { CallerClass } from './callers.ts'
import type { Description, Outcome } from './outcome.ts'
import { shrink, weight } from './shrink.ts'

/** Callers whose requests go another way. */
export interface ChangedDecision {
  clients: string[]
  names: string[]
  /** What becomes of the witness. */
  before: string
  after: string
  /** The plainest request that changes so. */
  witness: AbstractRequest
}

export interface Tally {
  note: (caller: CallerClass, request: AbstractRequest) => void
  /** By caller, plain witnesses first. */
  changes: () => ChangedDecision[]
}

interface Entry {
  caller: CallerClass
  witness: AbstractRequest
  ways: string
}

/** @param outcomes of the old and of the new table */
export function createTally(outcomes: readonly ((request: AbstractRequest) => Outcome)[]): Tally {
  const found = new Map<string, Entry>()
  const fatesOf = (request: AbstractRequest): Outcome[] => outcomes.map((outcome) => outcome(request))

  const toChange = ({ caller: { clients, names }, witness: first, ways }: Entry): ChangedDecision => {
    const witness = shrink(first, (other) => {
      const fates = fatesOf(other)
      return differ(fates) && waysOf(fates) === ways
    })
    const [before, after] = tell(fatesOf(witness).map(({ describe }) => describe()))
    return { clients, names, before, after, witness }
  }

  return {
    note: (caller, request) => {
      const fates = fatesOf(request)
      if (!differ(fates)) return
      const ways = waysOf(fates)
      const key = JSON.stringify([caller, ways])
      const known = found.get(key)
      if (known === undefined || weight(request) < weight(known.witness)) {
        found.set(key, { caller, witness: request, ways })
      }
    },
    changes: () => Array.from(found.values(), toChange).toSorted(byCaller),
  }
}

function differ([before, after]: readonly Outcome[]): boolean {
  return before?.effect !== after?.effect
}

/** Both in words that differ. */
function tell([before, after]: readonly Description[]): [string, string] {
  const what = before?.text === after?.text ? 'detail' : 'text'
  return [before?.[what] ?? '', after?.[what] ?? '']
}

/** By which rules or models they came about. */
function waysOf(fates: readonly Outcome[]): string {
  return JSON.stringify(fates.map(({ describe }) => describe().way))
}

function byCaller(a: ChangedDecision, b: ChangedDecision): number {
  const [one, other] = [a, b].map(({ clients, names }) => [...clients, ...names].join(' '))
  if (one === other) return weight(a.witness) - weight(b.witness)
  return (one ?? '') < (other ?? '') ? -1 : 1
}
