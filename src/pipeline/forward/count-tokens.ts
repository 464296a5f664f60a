/** How many tokens a message has: backends that count are asked, for others the gateway estimates. */
import { lookup } from '../../table/lookup.ts'
import type { Target } from '../../table/route-table.ts'
import { spokenBy, wireOf } from '../../table/wire-of.ts'
import type { Targets } from './translations.ts'
import type { Asking } from './way-to.ts'

/** Those of the targets that count by themselves. */
export function countingTargets({ pool, fallback }: Targets, { route, snapshot, model }: Asking): Targets {
  const counts = (target: Target): boolean => {
    const backend = lookup(snapshot.table.backends, target.backend)
    if (backend === undefined) throw new Error(`the table has no backend ${target.backend}`)
    return wireOf(spokenBy(target, backend), route.surface, model.translation) !== 'gateway'
  }
  return { pool: pool.filter(counts), fallback: fallback.filter(({ target }) => counts(target)) }
}

/** The gateway's own answer: no backend has seen the message. */
export function estimatedCount(tokens: number, answerHeaders: Readonly<Record<string, string>>): Response {
  return Response.json(
    { input_tokens: tokens },
    { headers: { ...answerHeaders, 'x-aicc-estimated': 'true' } },
  )
}
