/**
 * Backends that sleep: how each is woken, and how long requests wait for it.
 */
import type { BackendConfig, WakeConfig } from '../config/backends.ts'
import { quote } from '../diagnostics/quote.ts'
import type { Place } from '../load/loaded-policy.ts'
import { DEFAULTS } from './defaults.ts'
import { within } from './place.ts'
import { resolveAddress } from './resolve-address.ts'
import { durationAt, type ResolveContext } from './resolve-context.ts'
import type { ResolvedWake } from './resolved-policy.ts'

/** Hosts that start in less need no wait. */
const SHORTEST_START_MS = 1000
/** The edge asks the control process and hears nothing for so long. */
const LONGEST_START_MS = 4 * 60_000

/** @returns null = it is never woken; a `startsWithin` then has no effect, which `check/` says */
export function resolveWake(config: BackendConfig, at: Place, context: ResolveContext): ResolvedWake | null {
  if (config.kind === 'demo' || config.wake === undefined) return null
  const written = config.startsWithin !== undefined
  const place = within(at, 'startsWithin')
  const startsWithin = {
    value: durationAt(config.startsWithin ?? DEFAULTS.startsWithin, place, context, SHORTEST_START_MS),
    at: written ? place : null,
  }
  if (startsWithin.value > LONGEST_START_MS) {
    context.report(
      'resolve/out-of-range',
      `${quote('startsWithin')} cannot be ${quote(config.startsWithin ?? '')}`,
      {
        at: place,
        label: 'must be from 1s to 4m',
      },
    )
  }
  return { by: resolveCall(config.wake, within(at, 'wake'), context), startsWithin }
}

function resolveCall(wake: WakeConfig, at: Place, context: ResolveContext): ResolvedWake['by'] {
  if ('mac' in wake) {
    const { broadcast, port } = { ...DEFAULTS.wake, ...wake }
    const mac = wake.mac.replaceAll(/[:-]/g, '').toLowerCase()
    return { kind: 'packet', mac, address: broadcast, port }
  }
  resolveAddress({ url: wake.url, whose: 'what wakes a backend', at: within(at, 'url') }, context)
  return { kind: 'url', url: wake.url, method: wake.method ?? DEFAULTS.wake.method }
}
