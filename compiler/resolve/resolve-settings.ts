/**
 * Settings of the whole gateway: where it listens, how large a request may be, which origins may call, in which time
 * zone windows are read.
 */
import type { Place } from '../load/loaded-policy.ts'
import type { PolicyFile } from '../config/policy.ts'
import { quote } from '../diagnostics/quote.ts'
import { nearest } from '../diagnostics/suggest.ts'
import { DEFAULTS } from './defaults.ts'
import { bytesAt, durationAt, type ResolveContext } from './resolve-context.ts'
import type { ResolvedPolicy, Setting } from './resolved-policy.ts'
import { parseRate, type ByteBounds } from './units.ts'

export function resolveListen({ listen }: PolicyFile): ResolvedPolicy['listen'] {
  const address = (name: 'https' | 'http'): Setting<string | null> => {
    const text = listen?.[name]
    const value = text === 'off' ? null : (text ?? DEFAULTS.listen[name])
    return { value, at: text === undefined ? null : { file: 'policy', path: ['listen', name] } }
  }
  return {
    https: address('https'),
    http: address('http'),
    names: (listen?.names ?? []).map((name, i) => ({
      value: name.toLowerCase(),
      at: { file: 'policy', path: ['listen', 'names', i] },
    })),
  }
}

/** A body is held as one string, and V8 has no longer ones than 512 MiB. */
export const BODY_BOUNDS: ByteBounds = { min: 1024, max: 256 * 1024 ** 2, expected: 'from 1KiB to 256MiB' }
const HEADER_BOUNDS: ByteBounds = { min: 1024, max: 1024 ** 2, expected: 'from 1KiB to 1MiB' }

export function resolveLimits(policy: PolicyFile, context: ResolveContext): ResolvedPolicy['limits'] {
  const limits = { ...DEFAULTS.limits, ...policy.limits }
  const at = (name: keyof typeof limits): Place => ({ file: 'policy', path: ['limits', name] })
  return {
    bodyBytes: bytesAt(limits.body, at('body'), context, BODY_BOUNDS),
    bodyTimeoutMs: durationAt(limits.bodyTimeout, at('bodyTimeout'), context),
    headerBytes: bytesAt(limits.headers, at('headers'), context, HEADER_BOUNDS),
    headerCount: limits.headerCount,
    failedKeys: parseRate(limits.failedKeys),
  }
}

export function resolveCors({ cors }: PolicyFile, context: ResolveContext): ResolvedPolicy['cors'] {
  const maxAge = cors?.maxAge ?? DEFAULTS.cors.maxAge
  const ms = durationAt(maxAge, { file: 'policy', path: ['cors', 'maxAge'] }, context, 1000)
  return {
    origins: (cors?.origins ?? []).map((value, i) => ({
      value,
      at: { file: 'policy', path: ['cors', 'origins', i] },
    })),
    maxAgeSeconds: Math.floor(ms / 1000),
  }
}

/** Known to the engine that compiles; reports one that is not and goes on with the default. */
export function resolveTimeZone({ timeZone }: PolicyFile, { report, locate }: ResolveContext): string {
  if (timeZone === undefined) return DEFAULTS.timeZone
  try {
    new Intl.DateTimeFormat('en', { timeZone }).format()
    return timeZone
  } catch {
    const at: Place = { file: 'policy', path: ['timeZone'] }
    const near = nearest(timeZone, Intl.supportedValuesOf('timeZone'))
    report('resolve/unknown-time-zone', `there is no time zone ${quote(timeZone)}`, {
      at,
      help:
        near === undefined ? 'write its IANA name, such as `Europe/Berlin`' : `did you mean ${quote(near)}?`,
      suggestion:
        near === undefined ? undefined : { span: locate(at), newText: near, applicability: 'maybe' },
    })
    return DEFAULTS.timeZone
  }
}
