/**
 * Timeouts: the model's own, else the policy's, else the default.
 */
import type { PolicyFile, ServedModelConfig } from '../config/policy.ts'
import type { Place } from '../load/loaded-policy.ts'
import { DEFAULTS } from './defaults.ts'
import { durationAt, type ResolveContext } from './resolve-context.ts'
import type { ResolvedTimeouts, Setting, TimeoutName } from './resolved-policy.ts'

/** How general the place is that a value comes from: 0 = the model, 1 = the policy, 2 = the default. */
type Leveled = Setting<number> & { level: number }

type ModelWaits = Pick<ServedModelConfig, 'timeouts' | 'keepAlive'>

export interface ModelTimeouts {
  timeouts: ResolvedTimeouts
  /** Milliseconds; 0 = never. */
  keepAlive: Setting<number>
}

/**
 * A wait that comes from a more general level than the one that encloses it is cut to that one: a model with a short
 * `total` needs no other line. What is written at the same level must fit; `check/timeout-order` sees to it.
 */
export function resolveTimeouts(
  { model, policy, at }: { model: ModelWaits; policy: PolicyFile; at: Place },
  context: ResolveContext,
): ModelTimeouts {
  const levels = [
    { config: model.timeouts, path: [...at.path, 'timeouts'] },
    { config: policy.timeouts, path: ['timeouts'] },
  ]
  const written = (name: TimeoutName): Leveled => {
    for (const [level, { config, path }] of levels.entries()) {
      const text = config?.[name]
      if (text === undefined) continue
      const place: Place = { file: 'policy', path: [...path, name] }
      return { value: durationAt(text, place, context), at: place, level }
    }
    return { value: durationAt(DEFAULTS.timeouts[name], at, context), at: null, level: 2 }
  }
  const total = written('total')
  const firstToken = cut(written('firstToken'), total)
  return {
    timeouts: {
      connect: cut(cut(written('connect'), firstToken), total),
      firstToken,
      idle: cut(written('idle'), total),
      total,
    },
    keepAlive: cut(resolveKeepAlive(model, at, context), total),
  }
}

function cut(inner: Leveled, outer: Leveled): Leveled {
  return inner.level > outer.level && inner.value > outer.value ? { ...inner, value: outer.value } : inner
}

function resolveKeepAlive({ keepAlive }: ModelWaits, at: Place, context: ResolveContext): Leveled {
  const place: Place = { ...at, path: [...at.path, 'keepAlive'] }
  const text = keepAlive ?? DEFAULTS.keepAlive
  const value = text === 'off' ? 0 : durationAt(text, place, context)
  return keepAlive === undefined ? { value, at: null, level: 2 } : { value, at: place, level: 0 }
}
