/**
 * Retries: the model's own, else the policy's, else the default.
 */
import type { PolicyFile, RetryConfig } from '../config/policy.ts'
import type { Place } from '../load/loaded-policy.ts'
import { DEFAULTS } from './defaults.ts'
import { durationAt, type ResolveContext } from './resolve-context.ts'
import type { ResolvedRetry, Setting } from './resolved-policy.ts'

interface Levels {
  /** Of the model; none for a place that stands for itself. */
  model?: RetryConfig | undefined
  policy: PolicyFile
  at: Place
}

export function resolveRetry({ model, policy, at }: Levels, context: ResolveContext): ResolvedRetry {
  const levels = [
    { config: model, path: [...at.path, 'retry'] },
    { config: policy.retry, path: ['retry'] },
  ]
  const written = <K extends keyof RetryConfig>(
    name: K,
  ): { value: NonNullable<RetryConfig[K]>; at: Place } | null => {
    for (const { config, path } of levels) {
      const value = config?.[name]
      if (value !== undefined) return { value, at: { file: 'policy', path: [...path, name] } }
    }
    return null
  }
  const count = (name: 'times' | 'budget'): Setting<number> =>
    written(name) ?? { value: DEFAULTS.retry[name], at: null }
  const wait = (name: 'backoff' | 'longestWait'): Setting<number> => {
    const found = written(name)
    const text = found?.value ?? DEFAULTS.retry[name]
    return { value: durationAt(text, found?.at ?? at, context), at: found?.at ?? null }
  }
  return {
    times: count('times'),
    backoff: wait('backoff'),
    longestWait: wait('longestWait'),
    budget: count('budget'),
  }
}
