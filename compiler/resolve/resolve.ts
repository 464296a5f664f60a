/**
 * The third stage: values as written → the intermediate representation. Pure.
 */
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import type { CaFiles } from '../load/load-ca-files.ts'
import type { Place } from '../load/loaded-policy.ts'
import type { ValidPolicy } from '../validate/validate.ts'
import { DEFAULTS } from './defaults.ts'
import { resolveBackends } from './resolve-backends.ts'
import { resolveClients } from './resolve-clients.ts'
import { bytesAt, createResolveContext, durationAt, type ResolveContext } from './resolve-context.ts'
import { resolveModels } from './resolve-models.ts'
import { resolveNames } from './resolve-names.ts'
import type { ResolvedPolicy, Setting } from './resolved-policy.ts'
import { parseRate } from './units.ts'

export interface ResolveResult {
  /** Complete only when there is no error among the diagnostics; what leads nowhere is left out. */
  resolved: ResolvedPolicy
  diagnostics: Diagnostic[]
}

export function resolve(valid: ValidPolicy, caFiles: CaFiles): ResolveResult {
  const diagnostics: Diagnostic[] = []
  const context = createResolveContext(valid.locate, diagnostics)
  const backends = resolveBackends(valid, caFiles, context)
  const aliases = Object.keys(valid.policy.aliases ?? {})
  const resolved: ResolvedPolicy = {
    listen: resolveListen(valid),
    limits: resolveLimits(valid, context),
    cors: resolveCors(valid, context),
    zones: ['cloud', 'lan', 'local'],
    timeZone: 'UTC',
    labels: new Map(),
    classify: {
      scanBytes: 1024 ** 2,
      images: 'label',
      privacy: null,
      injection: null,
      complexity: { simpleTokens: 256, mediumTokens: 1024, code: [], reasoning: [], classifier: null },
    },
    guards: { privacy: null, injection: null },
    texts: [],
    patterns: [],
    surfaces: ['chat', 'completions', 'embeddings'],
    sinks: { trace: null, cache: null, classifier: null },
    modes: new Map(),
    rulesets: new Map(),
    usage: { requests: null, tokens: null, concurrent: null },
    notInForce: [],
    names: resolveNames(valid.policy, context),
    wildcards: new Map(),
    models: resolveModels(valid, backends, context),
    aliases: new Map(aliases.map((alias) => [alias, { file: 'policy', path: ['aliases', alias] }])),
    backends,
    clients: resolveClients(valid, context),
    locate: valid.locate,
  }
  return { resolved, diagnostics }
}

function resolveListen({ policy: { listen } }: ValidPolicy): ResolvedPolicy['listen'] {
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
const BODY_BOUNDS = { min: 1024, max: 256 * 1024 ** 2, expected: 'from 1KiB to 256MiB' }
const HEADER_BOUNDS = { min: 1024, max: 1024 ** 2, expected: 'from 1KiB to 1MiB' }

function resolveLimits({ policy }: ValidPolicy, context: ResolveContext): ResolvedPolicy['limits'] {
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

function resolveCors({ policy: { cors } }: ValidPolicy, context: ResolveContext): ResolvedPolicy['cors'] {
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
