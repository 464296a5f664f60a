/** What the gateway under chaos is told: generous limits and budgets, quick probes and breakers, a pool and a spare. */
import type { BackendConfig } from '../../compiler/config/backends.ts'
import type { ClientConfig } from '../../compiler/config/clients.ts'
import type { Policies } from '../conformance/harness/start-gateway.ts'
import { HELD } from './flapping-backend.ts'

/** They call. Each has its key in a variable of its own. */
export const CLIENTS = ['ada', 'ben', 'cem'] as const
/** Requests that each of them may have at once. */
export const AT_ONCE = 96
/** Requests that the backend with places works on at once. */
const PLACES = 2
/** Of every model: longer than any wait of the chaos, shorter than the patience of a test. */
export const TOTAL_MS = 25_000
export const REDIS_VARIABLE = 'CHAOS_REDIS_URL'

export type BackendName = 'a' | 'b' | 'c' | 'spare' | 'narrow'
export const POOL: readonly BackendName[] = ['a', 'b', 'c']
export const SPARE = 'spare'
export const NARROW = 'narrow'
export const BACKENDS: readonly BackendName[] = [...POOL, SPARE, NARROW]

export type ModelName = 'steady' | 'lasting' | 'quick' | 'queued'
/** Models that are called, by the backends that may answer. A stream of `lasting` goes on elsewhere when it breaks. */
export const SERVED_BY: Readonly<Record<ModelName, readonly BackendName[]>> = {
  steady: [...POOL, SPARE],
  lasting: [...POOL, SPARE],
  quick: [...POOL, SPARE],
  queued: [NARROW],
}

export function keyVariable(client: string): string {
  return `CHAOS_KEY_${client.toUpperCase()}`
}

/**
 * @param sides of each reload the other one comes into force
 */
export function chaosPolicies(
  origins: Readonly<Record<BackendName, string>>,
  { side, shared }: { side: 'left' | 'right'; shared: boolean },
): Policies {
  const price = { input: 1, output: 3 }
  const backends: Record<string, BackendConfig> = {}
  for (const name of BACKENDS) {
    backends[name] = {
      kind: 'openai',
      url: origins[name],
      health: { interval: '1s', timeout: '1s' },
      models: { m: { id: 'm', price }, [HELD]: { id: HELD, price: 'none' } },
      limits: { requests: '200000/min' },
      ...(name === NARROW && { maxConcurrent: PLACES, queue: { size: 256, wait: '20s' } }),
    }
  }
  const clients: Record<string, ClientConfig> = {}
  for (const name of CLIENTS) {
    clients[name] = {
      keys: [{ env: keyVariable(name) }],
      models: '*',
      limits: { requests: '100000/min', tokens: '100M/min', concurrent: AT_ONCE },
      budget: [{ usd: '1000/day' }, { usd: '20000/month' }],
    }
  }
  const pool = { targets: POOL.map((name) => `${name}/m`), fallback: [`${SPARE}/m`] }
  return {
    backends: { backends },
    clients: { clients },
    policy: {
      models: {
        // What changes with a reload: how the pool is shared.
        steady: { ...pool, balance: side === 'left' ? 'round-robin' : 'least-busy' },
        lasting: { ...pool, balance: side === 'left' ? 'peak-ewma' : 'ordered', onBreak: 'continue' },
        quick: { ...pool, balance: 'least-busy', limits: { requests: '200000/min', concurrent: 250 } },
        queued: { targets: [`${NARROW}/m`] },
        [HELD]: { targets: [`${SPARE}/${HELD}`] },
      },
      limits: { perAddress: { requests: '250000/min', concurrent: 280 } },
      breaker: { window: '5s', minimum: 3, failures: 50, open: '1s', longest: '3s' },
      retry: { times: 1, backoff: '100ms', longestWait: '1s', budget: 100 },
      timeouts: { connect: '1s', firstToken: '2s', idle: '2s', total: `${TOTAL_MS}ms` },
      ...(shared && {
        state: {
          redis: {
            url: { env: REDIS_VARIABLE },
            nodes: 1,
            onFailure: { limits: 'local-share', budgets: 'local-share', leases: 'local-share' },
          },
        },
      }),
    },
  }
}
