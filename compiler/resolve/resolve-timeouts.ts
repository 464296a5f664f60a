/**
 * Timeouts: the model's own, else the policy's, else the default.
 */
import type { TimeoutsConfig } from '../config.ts'
import type { Place } from '../load/loaded-policy.ts'
import { DEFAULTS } from './defaults.ts'
import { durationAt, type ResolveContext } from './resolve-context.ts'
import type { ResolvedTimeouts, Setting, TimeoutName } from './resolved-policy.ts'
import { parseDuration } from './units.ts'

/** A level of timeouts and where it is written; the more special level comes first. */
export interface TimeoutsLevel {
  config: TimeoutsConfig | undefined
  at: Place
}

/** A wait that is left to its default is cut to `total`, so that a short `total` needs no other line. */
export function resolveTimeouts(levels: readonly TimeoutsLevel[], context: ResolveContext): ResolvedTimeouts {
  const setting = (name: TimeoutName, most: number): Setting<number> => {
    for (const { config, at } of levels) {
      const text = config?.[name]
      if (text === undefined) continue
      const place = { ...at, path: [...at.path, name] }
      return { value: durationAt(text, place, context), at: place }
    }
    const fallback = parseDuration(DEFAULTS.timeouts[name])
    return { value: Math.min(fallback.ok ? fallback.value : most, most), at: null }
  }
  const total = setting('total', Number.POSITIVE_INFINITY)
  return {
    connect: setting('connect', total.value),
    firstToken: setting('firstToken', total.value),
    idle: setting('idle', total.value),
    total,
  }
}
