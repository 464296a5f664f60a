/**
 * Timeouts that can never run out, because a shorter one comes first.
 */
import { quote } from '../diagnostics/quote.ts'
import type { ResolveContext } from '../resolve/resolve-context.ts'
import type { ResolvedPolicy, Setting } from '../resolve/resolved-policy.ts'
import type { Check } from './check-context.ts'
import { formatDuration } from './format-duration.ts'
import { targetsOf } from './targets-of.ts'

/** Each inner wait lies within the outer one. */
const ORDER = [
  ['connect', 'firstToken'],
  ['connect', 'total'],
  ['firstToken', 'total'],
  ['idle', 'total'],
] as const

export const timeoutOrder: Check = {
  name: 'timeout-order',
  run(policy, context) {
    // A pair that the whole policy shares is one fault, however many models inherit it.
    const reported = new Set<string>()
    for (const model of policy.models.values()) {
      if (model.kind !== 'served') continue
      const { timeouts, keepAlive, retry } = model
      const pairs = ORDER.map(([inner, outer]) => ({ inner, outer, a: timeouts[inner], b: timeouts[outer] }))
      for (const { inner, outer, a, b } of [
        ...pairs,
        { inner: 'keepAlive', outer: 'total', a: keepAlive, b: timeouts.total },
        { inner: 'backoff', outer: 'longestWait', a: retry.backoff, b: retry.longestWait },
      ]) {
        const id = JSON.stringify([inner, outer, a.at, b.at])
        if (a.value <= b.value || reported.has(id)) continue
        reported.add(id)
        reportPair({ inner, outer, a, b, policy }, context)
      }
    }
    for (const [name, { slots, wake }] of policy.backends) {
      const longest = wake?.startsWithin.at ? longestTotal(name, policy) : null
      if (wake !== null && longest !== null && wake.startsWithin.value > longest.value) {
        reportPair(
          { inner: 'startsWithin', outer: 'total', a: wake.startsWithin, b: longest, policy },
          context,
        )
      }
      // A default is no fault of who wrote the policy: `total` cuts it.
      const total = slots?.queueWait.at ? longestTotal(name, policy) : null
      if (slots === null || total === null || slots.queueWait.value <= total.value) continue
      reportPair({ inner: 'wait', outer: 'total', a: slots.queueWait, b: total, policy }, context)
    }
  },
}

/** Of the models whose requests may come to the backend; null = none do. */
function longestTotal(backend: string, policy: ResolvedPolicy): Setting<number> | null {
  let longest: Setting<number> | null = null
  for (const model of policy.models.values()) {
    if (model.kind !== 'served') continue
    if (!targetsOf(model, policy).some(({ name }) => name.startsWith(`${backend}/`))) continue
    const { total } = model.timeouts
    if (longest === null || total.value > longest.value) longest = total
  }
  return longest
}

interface Pair {
  inner: string
  outer: string
  a: Setting<number>
  b: Setting<number>
  policy: ResolvedPolicy
}

/** The inner one is always written: a default would have been cut. */
function reportPair({ inner, outer, a, b, policy }: Pair, { report }: ResolveContext): void {
  if (!a.at) return
  const other = b.at ? [{ span: policy.locate(b.at), text: `${quote(outer)} runs out before` }] : []
  const defaults = b.at ? [] : [`${quote(outer)} is ${formatDuration(b.value)} by default`]
  report('check/timeout-order', `${quote(inner)} is longer than ${quote(outer)}, so it can never run out`, {
    at: a.at,
    label: 'too long',
    secondary: other,
    notes: defaults,
    help: `make ${quote(inner)} shorter or ${quote(outer)} longer`,
  })
}
