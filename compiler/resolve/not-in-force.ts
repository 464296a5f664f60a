/**
 * Settings that are read, proved and then not carried out by this version: nothing of a policy is inert in silence.
 */
import type { Place } from '../load/loaded-policy.ts'
import type { ValidPolicy } from '../validate/validate.ts'
import { within } from './place.ts'
import type { ResolvedPolicy } from './resolved-policy.ts'

type Entry = ResolvedPolicy['notInForce'][number]

export function notInForce({ policy: { cache } }: ValidPolicy): Entry[] {
  return present({ cache }, ['cache'], { file: 'policy', path: [] })
}

/** Those of the keys that are written. */
function present(config: object, keys: readonly string[], at: Place): Entry[] {
  return keys
    .filter((key) => (config as Record<string, unknown>)[key] !== undefined)
    .map((key) => ({ what: key, at: within(at, key) }))
}
