/**
 * What a policy amounts to, in a few lines: how long a request may have to wait, which prices were looked up, and what
 * is open to everybody.
 */
import { openRoutes } from '../../src/table/open-routes.ts'
import { formatDuration } from '../check/format-duration.ts'
import { worstCase } from '../check/worst-case.ts'
import { quoteList } from '../diagnostics/quote.ts'
import type { ResolvedPolicy, ResolvedPrice } from '../resolve/resolved-policy.ts'
import { countOf } from './count-of.ts'

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
  const prices = listedPrices(policy, { all })
  const open = openRoutes(policy.hooks === null ? {} : { hooks: policy.hooks })
  return `worst case until a first token: ${worst}\n${prices}open without a key: ${open.join(', ')}\n`
}

/** Prices that the policy does not say itself; empty where there are none. */
function listedPrices({ backends }: ResolvedPolicy, { all }: { all: boolean }): string {
  const found = [...backends].flatMap(([backend, { models }]) =>
    Array.from(models, ([model, { price }]) => ({ name: `${backend}/${model}`, price })),
  )
  const listed = found.flatMap(({ name, price }) => (price?.listed == null ? [] : [{ name, ...price }]))
  const [first] = listed
  if (first === undefined) return ''
  const shown = listed.slice(0, all ? listed.length : SHOWN).map(priceInWords)
  const rest = listed.length - shown.length
  const more = rest === 0 ? [] : [`${rest} more (--verbose)`]
  return `prices from the list of ${first.listed}, USD per million tokens: ${[...shown, ...more].join('; ')}\n`
}

function priceInWords({ name, input, cachedInput, output }: ResolvedPrice & { name: string }): string {
  return `${quoteList([name])} ${input} in (${cachedInput} cached), ${output} out`
}

/** The worst first. */
function groupModels(policy: ResolvedPolicy): Group[] {
  const groups = new Map<string, Group>()
  for (const [name, model] of policy.models) {
    if (model.kind !== 'served') continue
    const { attempts, firstTokenMs } = worstCase(model, policy)
    const id = `${attempts} ${firstTokenMs}`
    const group = groups.get(id) ?? { attempts, firstTokenMs, models: [] }
    group.models.push(name)
    groups.set(id, group)
  }
  return [...groups.values()].toSorted((a, b) => b.firstTokenMs - a.firstTokenMs || b.attempts - a.attempts)
}

function inWords({ attempts, firstTokenMs, models }: Group): string {
  return `${quoteList(models.toSorted())} ${countOf(attempts, 'attempt')}, ${formatDuration(firstTokenMs)}`
}
