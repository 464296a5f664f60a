/**
 * A candidate table that decides beside the live one. It only counts: where the two come to different decisions
 * is kept as a bounded list. INVARIANT: nothing a client wrote is kept.
 */
import type { ModelRequest } from '../../protocols/model-request.ts'
import { lookup } from '../../table/lookup.ts'
import { decide } from '../../table/decide.ts'
import type { Decision } from '../../table/decision.ts'
import type { Facts } from '../../table/facts.ts'
import type { RouteTable } from '../../table/route-table.ts'
import type { ShadowKind, ShadowReport } from '../../table/shadow-report.ts'
import { type ClassifyInput, classify } from '../classify/classify.ts'
import { describeDecision } from './describe-decision.ts'

const MOST_KINDS = 32

const NO_HEADERS: readonly string[] = []

export interface Shadow {
  /** Lets a table decide from now on; null ends it. Either way counting begins anew. */
  set: (table: RouteTable | null) => void
  /** Names of request headers, in lower case, that the candidate needs to see. */
  readonly headers: readonly string[]
  /**
   * Never throws, and costs nothing while there is no candidate.
   * @param input what the live table's facts were made of
   * @param facts the live table's, with the state of the world
   */
  observe: (request: ModelRequest, input: ClassifyInput, facts: Facts) => void
  report: () => ShadowReport | null
}

interface Counting {
  candidate: RouteTable
  /** Digest of the live table that it is compared with; null before the first request. */
  live: string | null
  since: number
  requests: number
  differing: number
  unlisted: number
  kinds: Map<string, ShadowKind>
}

export function createShadow(now: () => number = Date.now): Shadow {
  let counting: Counting | null = null
  const begin = (candidate: RouteTable, live: string | null): Counting => ({
    candidate,
    live,
    since: now(),
    requests: 0,
    differing: 0,
    unlisted: 0,
    kinds: new Map(),
  })
  return {
    set(table) {
      counting = table === null ? null : begin(table, null)
    },
    get headers() {
      return counting === null ? NO_HEADERS : counting.candidate.needs.headers
    },
    observe(request, input, facts) {
      if (counting === null) return
      const { digest } = input.table
      if (counting.live !== digest) counting = begin(counting.candidate, digest)
      count(counting, request, { input, facts })
    },
    report() {
      if (counting === null) return null
      const { candidate, since, requests, differing, unlisted, kinds } = counting
      const sorted = [...kinds.values()].toSorted((a, b) => b.count - a.count)
      return { digest: candidate.digest, since, requests, differing, unlisted, kinds: sorted }
    },
  }
}

function count(
  counting: Counting,
  request: ModelRequest,
  { input, facts }: { input: ClassifyInput; facts: Facts },
): void {
  const live = outcomeOf(() => decide(facts, input.table))
  const candidate = outcomeOf(() => {
    const { candidate: table } = counting
    const other = classify(request, { ...input, table }).facts
    // A model that both tables would ask how hard the request is has been asked once.
    const asksToo = [input.table, table].every(
      ({ classify: { complexity } }) => complexity.classifier !== null,
    )
    const complexity = asksToo ? facts.complexity : other.complexity
    return decide({ ...other, complexity, unhealthy: facts.unhealthy, modes: facts.modes }, table)
  })
  counting.requests += 1
  if (live.effect === candidate.effect) return
  counting.differing += 1
  const { client, surface } = facts
  const kind = {
    client,
    model: entryOf(facts.model, [input.table, counting.candidate]),
    surface,
    live: live.shown,
    candidate: candidate.shown,
  }
  const key = JSON.stringify(kind)
  const known = counting.kinds.get(key)
  if (known !== undefined) known.count += 1
  else if (counting.kinds.size < MOST_KINDS) counting.kinds.set(key, { count: 1, ...kind })
  else counting.unlisted += 1
}

/** The policy's own name for it: an exact one, or that of a wildcard, whose rest is the client's. */
function entryOf(name: string, tables: readonly RouteTable[]): string {
  if (tables.some(({ names }) => lookup(names, name) !== undefined)) return name
  const wildcards = tables.flatMap((table) => table.wildcards)
  const wildcard = wildcards.find(({ prefix }) => name.startsWith(prefix))
  return wildcard === undefined ? 'unknown' : `${wildcard.prefix}*`
}

interface Outcome {
  /** What is compared: a rule of another name that does the same is no difference. */
  effect: string
  shown: string
}

function outcomeOf(run: () => Decision): Outcome {
  try {
    const decision = run()
    const effect = describeDecision(decision)
    return { effect, shown: decision.rule === null ? effect : `${decision.rule} -> ${effect}` }
  } catch {
    // A table that cannot decide is a defect, and the live request must not suffer from it. The error may quote anything.
    return { effect: 'no decision', shown: 'no decision: a defect of aicc' }
  }
}
