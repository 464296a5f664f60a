/**
 * Places at a backend: how many requests it works on at once, and who waits for one.
 */
import type { BackendConfig } from '../config/backends.ts'
import type { Place } from '../load/loaded-policy.ts'
import { DEFAULTS } from './defaults.ts'
import { within } from './place.ts'
import { durationAt, type ResolveContext } from './resolve-context.ts'
import type { ResolvedSlots } from './resolved-policy.ts'

/** @returns null = it works on any number; a `queue` then has no effect, which `check/` says */
export function resolveSlots(
  { maxConcurrent, queue = {} }: BackendConfig,
  at: Place,
  context: ResolveContext,
): ResolvedSlots | null {
  const { size, wait } = { ...DEFAULTS.queue, ...(queue === 'off' ? { size: 0 } : queue) }
  const place = within(at, 'queue', 'wait')
  const written = queue !== 'off' && queue.wait !== undefined
  const queueWait = { value: durationAt(wait, written ? place : at, context), at: written ? place : null }
  return maxConcurrent === undefined ? null : { count: maxConcurrent, queueSize: size, queueWait }
}
