/**
 * Modes: what gated backends answer while they are on, and who tells whether they are.
 */
import type { ModeHost } from '../../src/table/mode-host.ts'
import type { BackendsFile, HttpSwitchModeConfig, ModeConfig } from '../config/backends.ts'
import { quote } from '../diagnostics/quote.ts'
import type { Place } from '../load/loaded-policy.ts'
import { DEFAULTS } from './defaults.ts'
import { within } from './place.ts'
import { resolveAddress } from './resolve-address.ts'
import { durationAt, type ResolveContext } from './resolve-context.ts'
import type { ResolvedMode } from './resolved-policy.ts'
import type { Vocabulary } from './scope.ts'
import { isKnown } from './unknown-name.ts'

/** More often would be traffic of its own. */
const SHORTEST_INTERVAL_MS = 1000

/** Whoever switches waits for the answer. */
const LONGEST_TIMEOUT_MS = 5000

export function resolveModes(
  { modes = {}, backends }: BackendsFile,
  context: Vocabulary,
): Map<string, ResolvedMode> {
  return new Map(
    Object.entries(modes).map(([name, config]) => {
      const at: Place = { file: 'backends', path: ['modes', name] }
      const host = config.kind === 'http-switch' ? resolveHost(config, at, context) : null
      const frees = freed(config, { backends, at }, context)
      const mode = { whenOn: config.whenOn ?? DEFAULTS.mode.whenOn, host, ...(frees.length > 0 && { frees }) }
      return [name, { mode, kind: config.kind ?? 'manual', at }]
    }),
  )
}

/** Kinds of servers that can be asked to unload what they have loaded. */
const FREEABLE: ReadonlySet<string> = new Set(['ollama', 'llamacpp'])

function freed(
  { frees = [] }: ModeConfig,
  { backends, at }: { backends: BackendsFile['backends']; at: Place },
  context: Vocabulary,
): string[] {
  for (const [index, name] of frees.entries()) {
    const place = within(at, 'frees', index)
    if (!isKnown('backend', name, place, context) || FREEABLE.has(backends[name]?.kind ?? '')) continue
    context.report('resolve/cannot-free', `backend ${quote(name)} cannot be asked to unload its models`, {
      at: place,
      label: `it is of kind ${quote(backends[name]?.kind ?? '')}`,
      help: 'servers of kind `ollama` can, and those of kind `llamacpp`; others are freed by a `stopAll` of their host',
    })
  }
  return frees.toSorted()
}

function resolveHost(config: HttpSwitchModeConfig, at: Place, context: ResolveContext): ModeHost {
  for (const key of ['status', 'toggle', 'stopAll'] as const) {
    const url = config[key]
    if (url !== undefined) resolveAddress({ url, whose: 'a mode', at: within(at, key) }, context)
  }
  const { interval, timeout, unknown, equals } = { ...DEFAULTS.modeHost, ...config }
  const { status, toggle = null, stopAll = null, on, key } = config
  const timeoutMs = durationAt(timeout, within(at, 'timeout'), context)
  if (timeoutMs > LONGEST_TIMEOUT_MS) {
    context.report('resolve/out-of-range', `${quote('timeout')} cannot be ${quote(timeout)}`, {
      at: within(at, 'timeout'),
      label: 'must be from 1ms to 5s',
    })
  }
  return {
    status,
    toggle,
    stopAll,
    on: on === undefined ? null : { field: on.field, equals: on.equals ?? equals },
    key: key === undefined ? null : { env: key.env },
    intervalMs: durationAt(interval, within(at, 'interval'), context, SHORTEST_INTERVAL_MS),
    timeoutMs,
    unknown,
  }
}
