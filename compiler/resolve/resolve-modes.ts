/**
 * Modes: what gated backends answer while they are on.
 */
import type { BackendsFile } from '../config/backends.ts'
import type { Place } from '../load/loaded-policy.ts'
import { DEFAULTS } from './defaults.ts'
import { within } from './place.ts'
import { resolveAddress } from './resolve-address.ts'
import type { ResolveContext } from './resolve-context.ts'
import type { ResolvedMode } from './resolved-policy.ts'

export function resolveModes(
  { modes = {} }: BackendsFile,
  context: ResolveContext,
): Map<string, ResolvedMode> {
  return new Map(
    Object.entries(modes).map(([name, config]) => {
      const at: Place = { file: 'backends', path: ['modes', name] }
      if (config.kind === 'http-switch') {
        for (const key of ['status', 'toggle'] as const) {
          const url = config[key]
          if (url !== undefined) resolveAddress({ url, whose: 'a mode', at: within(at, key) }, context)
        }
      }
      const mode = { whenOn: config.whenOn ?? DEFAULTS.mode.whenOn }
      return [name, { mode, kind: config.kind ?? 'manual', at }]
    }),
  )
}
