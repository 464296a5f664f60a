/**
 * Addresses of backends, sinks and switches, taken apart or reported.
 */
import type { Place } from '../load/loaded-policy.ts'
import { parseUrl } from './parse-url.ts'
import type { ResolveContext } from './resolve-context.ts'

/** @param whose Completes "the address of …". Null when it cannot be used, which is then reported. */
export function resolveAddress(
  { url, whose, at }: { url: string; whose: string; at: Place },
  { report }: ResolveContext,
): { origin: string; basePath: string } | null {
  const parsed = parseUrl(url)
  if (parsed.ok) return { origin: parsed.origin, basePath: parsed.basePath }
  report('resolve/invalid-url', `the address of ${whose} ${parsed.why}`, { at, help: parsed.help })
  return null
}
