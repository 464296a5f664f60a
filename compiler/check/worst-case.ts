/**
 * What a request may have to go through before it gets an answer. `pipeline/forward/plan.ts` does what is counted here; a
 * test holds the two together.
 */
import { flattenFallback, targetKey } from '../emit/to-model.ts'
import type { ResolvedPolicy, ResolvedServedModel } from '../resolve/resolved-policy.ts'
import type { TargetKey } from '../../src/table/route-table.ts'

export interface WorstCase {
  /**
   * Most attempts of one request: every target of the pool, the retries, and every fallback. A bound where fallbacks are
   * for `busy` alone: who has no room is not asked.
   */
  attempts: number
  /** Targets that are tried one after another when each of those before is silent: no wait heals that. */
  silent: readonly TargetKey[]
  /** Of them, those that then begin only when the request's time is up. */
  tooLate: readonly TargetKey[]
  /** Until a stream's first content, or until it is refused, in milliseconds: all attempts, and the waits before retries, in line and for hosts to wake. */
  firstTokenMs: number
  /** Until the end of any answer, in milliseconds. */
  totalMs: number
}

/** A silent target is given up after `firstToken`, which its connecting is part of. Expects fallbacks without a cycle. */
export function worstCase(
  model: ResolvedServedModel,
  policy: Pick<ResolvedPolicy, 'models' | 'backends'>,
): WorstCase {
  const pool = new Set(model.targets.map(targetKey))
  const fallback = flattenFallback(model, policy)
  const answering = fallback.filter(({ on }) => on.includes('timeout')).map(({ target }) => target)
  const silent = [...pool, ...answering]
  const times = model.retry.times.value
  const attempts = pool.size + times + new Set(fallback.map(({ target }) => target)).size
  const { firstToken, total } = model.timeouts
  const lines = [...new Set([...pool, ...fallback.map(({ target }) => target)])].map((target) =>
    queueWaitOf(target, policy),
  )
  const again = times * Math.max(0, ...[...pool].map((target) => queueWaitOf(target, policy)))
  const longest =
    attempts * firstToken.value +
    times * model.retry.longestWait.value +
    lines.reduce((sum, wait) => sum + wait, again) +
    wakingOf([...pool, ...fallback.map(({ target }) => target)], firstToken.value, policy)
  return {
    attempts,
    silent,
    tooLate: silent.filter((_, i) => i * firstToken.value >= total.value),
    firstTokenMs: Math.min(longest, total.value),
    totalMs: total.value,
  }
}

/** How long hosts that sleep may take, in milliseconds: each is woken once, and then asked a second time within the attempt. */
function wakingOf(
  targets: readonly TargetKey[],
  firstTokenMs: number,
  { backends }: Pick<ResolvedPolicy, 'backends'>,
): number {
  const names = new Set(targets.map((target) => target.slice(0, target.indexOf('/'))))
  return [...names].reduce((sum, name) => {
    const wake = backends.get(name)?.wake ?? null
    return wake === null ? sum : sum + wake.startsWithin.value + firstTokenMs
  }, 0)
}

/** How long a request may wait in line for it, in milliseconds. */
function queueWaitOf(target: TargetKey, { backends }: Pick<ResolvedPolicy, 'backends'>): number {
  const slots = backends.get(target.slice(0, target.indexOf('/')))?.slots ?? null
  return slots === null || slots.queueSize === 0 ? 0 : slots.queueWait.value
}
