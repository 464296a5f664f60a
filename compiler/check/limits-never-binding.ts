/**
 * Limits of a client that the limit for all of them always reaches first.
 */
import { quote } from '../diagnostics/quote.ts'
import type { Place } from '../load/loaded-policy.ts'
import type { ResolvedUsageLimits } from '../resolve/resolved-policy.ts'
import type { Check } from './check-context.ts'
import { formatDuration } from './format-duration.ts'

export const limitsNeverBinding: Check = {
  name: 'limits-never-binding',
  run({ clients, usage }, { report, locate }) {
    for (const [name, { limits }] of clients) {
      for (const { kind, own, all, at, allAt } of unboundLimits(limits, usage)) {
        report('check/limit-never-binds', `the ${quote(kind)} limit of ${quote(name)} can never bind`, {
          at,
          label: own,
          secondary: [{ span: locate(allAt), text: `all clients together have ${all}` }],
          help: `make it smaller than what all clients together have, or leave it out`,
        })
      }
    }
  },
}

interface Unbound {
  kind: string
  /** What the client has, and what all have, in words. */
  own: string
  all: string
  at: Place
  allAt: Place
}

function unboundLimits(client: ResolvedUsageLimits, all: ResolvedUsageLimits): Unbound[] {
  const found: Unbound[] = []
  for (const kind of ['requests', 'tokens'] as const) {
    const [inner, outer] = [client[kind], all[kind]]
    if (!inner?.at || !outer?.at) continue
    // What the windows of the outer limit that the inner one touches let through together.
    const most = outer.value.count * Math.ceil(inner.value.windowMs / outer.value.windowMs)
    if (inner.value.count <= most) continue
    found.push({ kind, own: inWords(inner.value), all: inWords(outer.value), at: inner.at, allAt: outer.at })
  }
  const [inner, outer] = [client.concurrent, all.concurrent]
  if (inner?.at && outer?.at && inner.value > outer.value) {
    const words = (n: number): string => `${n} at once`
    found.push({
      kind: 'concurrent',
      own: words(inner.value),
      all: words(outer.value),
      at: inner.at,
      allAt: outer.at,
    })
  }
  return found
}

function inWords({ count, windowMs }: { count: number; windowMs: number }): string {
  return `${count} in ${formatDuration(windowMs)}`
}
