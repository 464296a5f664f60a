/**
 * What a policy amounts to, in a few lines: how long a request may have to wait, and what is open to everybody.
 */
import { OPEN_ROUTES } from '../../src/table/open-routes.ts'
import { formatDuration } from '../check/format-duration.ts'
import { worstCase } from '../check/worst-case.ts'
import { quoteList } from '../diagnostics/quote.ts'
import type { ResolvedPolicy } from '../resolve/resolved-policy.ts'

/** Models that go through the same in the worst case. */
interface Group {
  attempts: number
  firstTokenMs: number
  models: string[]
}

/** Only the worst are shown, unless all are wanted. */
const SHOWN = 2

/** @returns lines, each with its end */
export function compileSummary(policy: ResolvedPolicy, { all }: { all: boolean }): string {
  const groups = groupModels(policy)
  const shown = all ? groups : groups.slice(0, SHOWN)
  const rest = groups.slice(shown.length).reduce((sum, { models }) => sum + models.length, 0)
  const more = rest === 0 ? [] : [`${rest} more wait less (--verbose)`]
  const worst = [...shown.map(inWords), ...more].join('; ')
  return `worst case until a first token: ${worst}\nopen without a key: ${OPEN_ROUTES.join(', ')}\n`
}

/** The worst first. */
function groupModels(policy: ResolvedPolicy): Group[] {
  const groups = new Map<string, Group>()
  for (const [name, model] of policy.models) {
    if (model.kind !== 'served') continue
    const { attempts, firstTokenMs } = worstCase(model, policy)
    const id = `${attempts.length} ${firstTokenMs}`
    const group = groups.get(id) ?? { attempts: attempts.length, firstTokenMs, models: [] }
    group.models.push(name)
    groups.set(id, group)
  }
  return [...groups.values()].toSorted((a, b) => b.firstTokenMs - a.firstTokenMs || b.attempts - a.attempts)
}

function inWords({ attempts, firstTokenMs, models }: Group): string {
  return `${quoteList(models.toSorted())} ${attempts} attempt${attempts === 1 ? '' : 's'}, ${formatDuration(firstTokenMs)}`
}
