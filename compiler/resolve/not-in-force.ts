/**
 * Settings that are read, proved and then not carried out by this version: nothing of a policy is inert in silence.
 */
import type { Place } from '../load/loaded-policy.ts'
import type { ValidPolicy } from '../validate/validate.ts'
import { within } from './place.ts'
import type { ResolvedPolicy } from './resolved-policy.ts'

type Entry = ResolvedPolicy['notInForce'][number]

const USAGE = ['requests', 'tokens', 'concurrent'] as const

export function notInForce({ policy, backends, clients }: ValidPolicy): Entry[] {
  return [...ofPolicy(policy), ...ofBackends(backends), ...ofClients(clients)]
}

function ofPolicy({ trace, cache, limits }: ValidPolicy['policy']): Entry[] {
  const at: Place = { file: 'policy', path: [] }
  return [
    ...present({ trace, cache }, ['trace', 'cache'], at),
    ...present(limits, USAGE, within(at, 'limits')),
  ]
}

function ofBackends({ backends, modes = {} }: ValidPolicy['backends']): Entry[] {
  const entries: Entry[] = []
  for (const [name, backend] of Object.entries(backends)) {
    const at: Place = { file: 'backends', path: ['backends', name] }
    if (backend.kind === 'opencode') entries.push({ what: 'kind: opencode', at: within(at, 'kind') })
    entries.push(...present(backend, ['maxConcurrent', 'password'], at))
  }
  for (const [name, mode] of Object.entries(modes)) {
    if (mode.kind !== 'http-switch') continue
    entries.push(...present(mode, ['status', 'toggle'], { file: 'backends', path: ['modes', name] }))
  }
  return entries
}

function ofClients({ clients }: ValidPolicy['clients']): Entry[] {
  const entries: Entry[] = []
  for (const [name, client] of Object.entries(clients)) {
    const at: Place = { file: 'clients', path: ['clients', name] }
    entries.push(...present(client.limits, USAGE, within(at, 'limits')), ...present(client, ['budget'], at))
  }
  return entries
}

/** Those of the keys that are written, by their name with the one above it where that says more. */
function present(config: object | undefined, keys: readonly string[], at: Place): Entry[] {
  const above = at.path.at(-1) === 'limits' ? 'limits.' : ''
  return keys
    .filter((key) => config !== undefined && (config as Record<string, unknown>)[key] !== undefined)
    .map((key) => ({ what: `${above}${key}`, at: within(at, key) }))
}
