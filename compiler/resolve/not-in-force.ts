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
  return [
    ...Object.entries(backends).flatMap(([name, backend]) => {
      const at: Place = { file: 'backends', path: ['backends', name] }
      const kind = backend.kind === 'opencode' ? [{ what: 'kind: opencode', at: within(at, 'kind') }] : []
      return [...kind, ...present(backend, ['maxConcurrent', 'health', 'password'], at)]
    }),
    ...Object.entries(modes).flatMap(([name, mode]) =>
      mode.kind === 'http-switch'
        ? present(mode, ['status', 'toggle'], { file: 'backends', path: ['modes', name] })
        : [],
    ),
  ]
}

function ofClients({ clients }: ValidPolicy['clients']): Entry[] {
  return Object.entries(clients).flatMap(([name, client]) => {
    const at: Place = { file: 'clients', path: ['clients', name] }
    return [...present(client.limits, USAGE, within(at, 'limits')), ...present(client, ['budget'], at)]
  })
}

/** Those of the keys that are written, by their name with the one above it where that says more. */
function present(config: object | undefined, keys: readonly string[], at: Place): Entry[] {
  const above = at.path.at(-1) === 'limits' ? 'limits.' : ''
  return keys
    .filter((key) => config !== undefined && (config as Record<string, unknown>)[key] !== undefined)
    .map((key) => ({ what: `${above}${key}`, at: within(at, key) }))
}
