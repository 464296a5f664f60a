/**
 * Backends: addresses taken apart, CA files checked, models as a map.
 */
import type { BackendConfig } from '../config/backends.ts'
import { quote } from '../diagnostics/quote.ts'
import type { CaFiles } from '../load/load-ca-files.ts'
import type { Place } from '../load/loaded-policy.ts'
import type { ValidPolicy } from '../validate/validate.ts'
import { parseCa } from './parse-ca.ts'
import { parseUrl } from './parse-url.ts'
import type { ResolveContext } from './resolve-context.ts'
import type { ResolvedBackend, ResolvedTls } from './resolved-policy.ts'

export function resolveBackends(
  { backends }: ValidPolicy,
  caFiles: CaFiles,
  context: ResolveContext,
): Map<string, ResolvedBackend> {
  const resolved = new Map<string, ResolvedBackend>()
  for (const [name, config] of Object.entries(backends.backends)) {
    const at: Place = { file: 'backends', path: ['backends', name] }
    const models = new Map(
      Object.entries(config.models).map(([model, { id, context: tokens }]) => [
        model,
        {
          id,
          context: tokens ?? null,
          supports: null,
          zone: null,
          price: null,
          at: { ...at, path: [...at.path, 'models', model] },
        },
      ]),
    )
    resolved.set(name, {
      kind: config.kind,
      ...resolveAddress(config, at, context),
      keyEnv: config.kind === 'demo' ? null : (config.key?.env ?? null),
      tls: resolveTls(config, { at, ca: caFiles.get(name) }, context),
      zone: { value: 0, at: null },
      mode: null,
      models,
      at,
    })
  }
  return resolved
}

function resolveAddress(
  config: BackendConfig,
  at: Place,
  { report }: ResolveContext,
): { origin: string | null; basePath: string } {
  if (config.kind === 'demo') return { origin: null, basePath: '' }
  const parsed = parseUrl(config.url)
  if (parsed.ok) return { origin: parsed.origin, basePath: parsed.basePath }
  report('resolve/invalid-url', `the address of a backend ${parsed.why}`, {
    at: { ...at, path: [...at.path, 'url'] },
    help: parsed.help,
  })
  return { origin: null, basePath: '' }
}

function resolveTls(
  config: BackendConfig,
  { at, ca }: { at: Place; ca: Uint8Array | { error: string } | undefined },
  { report }: ResolveContext,
): ResolvedTls {
  const none: ResolvedTls = { ca: null, serverName: null, at: null }
  if (config.kind === 'demo' || !config.tls) return none
  const tls: ResolvedTls = {
    ca: null,
    serverName: config.tls.serverName?.toLowerCase() ?? null,
    at: { ...at, path: [...at.path, 'tls'] },
  }
  if (ca === undefined) return tls
  const parsed = parseCa(ca)
  if (parsed.ok) return { ...tls, ca: parsed.pem }
  report('resolve/ca-file', `the CA file ${quote(config.tls.ca ?? '')} ${parsed.why}`, {
    at: { ...at, path: [...at.path, 'tls', 'ca'] },
    help: parsed.help,
  })
  return tls
}
