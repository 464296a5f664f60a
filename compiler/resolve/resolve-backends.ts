/**
 * Backends: addresses taken apart, CA files checked, zones and modes looked up, models as a map.
 */
import type { BackendConfig } from '../config/backends.ts'
import { quote } from '../diagnostics/quote.ts'
import type { CaFiles } from '../load/load-ca-files.ts'
import type { Place } from '../load/loaded-policy.ts'
import type { ValidPolicy } from '../validate/validate.ts'
import { DEFAULTS } from './defaults.ts'
import { parseCa } from './parse-ca.ts'
import { within } from './place.ts'
import { resolveAddress } from './resolve-address.ts'
import { listed, resolveBackendModels } from './resolve-backend-models.ts'
import { resolveProbe } from './resolve-probe.ts'
import { resolveSlots } from './resolve-slots.ts'
import { resolveSurfaces } from './resolve-surfaces.ts'
import { resolveWake } from './resolve-wake.ts'
import { resolveUsage } from './resolve-usage.ts'
import type { ResolvedBackend, ResolvedTls, Setting } from './resolved-policy.ts'
import type { Vocabulary } from './scope.ts'
import { isKnown, zoneAt } from './unknown-name.ts'

export function resolveBackends(
  { backends }: ValidPolicy,
  caFiles: CaFiles,
  vocabulary: Vocabulary,
): Map<string, ResolvedBackend> {
  const resolved = new Map<string, ResolvedBackend>()
  for (const [name, config] of Object.entries(backends.backends)) {
    const at: Place = { file: 'backends', path: ['backends', name] }
    const address =
      config.kind === 'demo'
        ? null
        : resolveAddress({ url: config.url, whose: 'a backend', at: within(at, 'url') }, vocabulary)
    const zone = resolveZone(config, at, vocabulary)
    const speaks =
      config.kind === 'demo' || config.speaks === undefined ? null : resolveSurfaces(config.speaks)
    resolved.set(name, {
      kind: config.kind,
      ...(address ?? { origin: null, basePath: '' }),
      keyEnv: keyEnvOf(config),
      asksUsage: config.kind === 'demo' || config.streamUsage !== 'off',
      agent: config.kind === 'opencode' ? (config.agent ?? null) : null,
      speaks,
      lacks: config.kind === 'demo' ? null : listed(config.lacks),
      unsupported:
        config.kind === 'demo' ? DEFAULTS.unsupported : (config.unsupported ?? DEFAULTS.unsupported),
      joinsTraces: config.kind === 'litellm' && (config.traces ?? DEFAULTS.traces) === 'joined',
      keepsState: config.kind === 'demo' ? false : (config.keepsState ?? DEFAULTS.keepsState),
      tls: resolveTls(config, { at, ca: caFiles.get(name) }, vocabulary),
      health: resolveProbe(config, at, vocabulary),
      zone,
      mode: resolveMode(config, at, vocabulary),
      limits: resolveUsage(config.limits, within(at, 'limits')),
      slots: resolveSlots(config, at, vocabulary),
      wake: resolveWake(config, at, vocabulary),
      startsWithinAt:
        config.kind === 'demo' || config.startsWithin === undefined ? null : within(at, 'startsWithin'),
      queueAt: config.queue === undefined ? null : within(at, 'queue'),
      models: resolveBackendModels(config.models, within(at, 'models'), {
        backend: {
          kind: config.kind,
          origin: address?.origin ?? null,
          zone: zone.value,
          speaks,
          options:
            config.kind === 'ollama' && config.options !== undefined
              ? { config: config.options, at: within(at, 'options') }
              : null,
        },
        vocabulary,
      }),
      at,
    })
  }
  return resolved
}

function keyEnvOf(config: BackendConfig): string | null {
  if (config.kind === 'demo') return null
  const secret = config.kind === 'opencode' ? (config.password ?? config.key) : config.key
  return secret?.env ?? null
}

/** Who says nothing is trusted least, but for the toy that never leaves the process. */
function resolveZone({ kind, zone }: BackendConfig, at: Place, vocabulary: Vocabulary): Setting<number> {
  if (zone === undefined) return { value: kind === 'demo' ? vocabulary.zones.length - 1 : 0, at: null }
  const place = within(at, 'zone')
  return { value: zoneAt(zone, place, vocabulary), at: place }
}

function resolveMode({ mode }: BackendConfig, at: Place, vocabulary: Vocabulary): ResolvedBackend['mode'] {
  if (mode === undefined) return null
  const place = within(at, 'mode')
  return isKnown('mode', mode, place, vocabulary) ? { name: mode, at: place } : null
}

function resolveTls(
  config: BackendConfig,
  { at, ca }: { at: Place; ca: Uint8Array | { error: string } | undefined },
  { report }: Vocabulary,
): ResolvedTls {
  const none: ResolvedTls = { ca: null, serverName: null, at: null }
  if (config.kind === 'demo' || !config.tls) return none
  const tls: ResolvedTls = {
    ca: null,
    serverName: config.tls.serverName?.toLowerCase() ?? null,
    at: within(at, 'tls'),
  }
  if (ca === undefined) return tls
  const parsed = parseCa(ca)
  if (parsed.ok) return { ...tls, ca: parsed.pem }
  report('resolve/ca-file', `the CA file ${quote(config.tls.ca ?? '')} ${parsed.why}`, {
    at: within(at, 'tls', 'ca'),
    help: parsed.help,
  })
  return tls
}
