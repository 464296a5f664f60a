/** Builds the policies of a conformance suite from the few things that the suite cares about. */
import type { BackendConfig } from '../../../compiler/config/backends.ts'
import type { ClientConfig } from '../../../compiler/config/clients.ts'
import type { CorsConfig, LimitsConfig, TimeoutsConfig } from '../../../compiler/config/policy.ts'
import type { Policies } from './start-gateway.ts'

export type BackendName = 'mock' | 'second' | 'litellm' | 'ollama' | 'dead'

export interface ModelOptions {
  /** Backends to try in this order. On the wire to backend B the id of model M is `B/M`. */
  on?: readonly BackendName[]
  timeouts?: TimeoutsConfig
  keepAlive?: string
}

export interface PolicyOptions {
  models: Record<string, ModelOptions>
  aliases?: Record<string, string>
  /** Clients besides `home`, which may use every model. */
  clients?: Record<string, ClientConfig>
  limits?: LimitsConfig
  cors?: CorsConfig
}

/** Values that must never be seen where they do not belong. */
export const UPSTREAM_KEY = 'canary-upstream-key-4f1d2c7a9b'

/** Environment of every gateway under test. */
export const secrets: Record<string, string> = {
  CONF_UPSTREAM_KEY: UPSTREAM_KEY,
  CONF_KEY_OLD: 'conf-key-old-000000000000000000000000',
  CONF_KEY_NEW: 'conf-key-new-000000000000000000000000',
  CONF_KEY_EXPIRED: 'conf-key-expired-00000000000000000000',
  CONF_KEY_NARROW: 'conf-key-narrow-000000000000000000000',
}

/** A host name that the policy adds to those of the machine. */
export const EXTRA_NAME = 'gateway.test'

const DEFAULT_BACKENDS: readonly BackendName[] = ['mock']

/** Nobody listens on the discard port of a test machine. */
const DEAD_URL = 'http://127.0.0.1:81'

export function testPolicies(upstream: string, options: PolicyOptions): Policies {
  const key = { env: 'CONF_UPSTREAM_KEY' }
  const kinds: Record<BackendName, BackendConfig> = {
    mock: { kind: 'openai', url: upstream, key, health: 'off', models: {} },
    second: { kind: 'openai', url: `${upstream}/second/v1`, health: 'off', models: {} },
    litellm: { kind: 'litellm', url: upstream, key, health: 'off', models: {} },
    ollama: { kind: 'ollama', url: upstream, health: 'off', models: {} },
    dead: { kind: 'openai', url: DEAD_URL, health: 'off', models: {} },
  }
  const backends: Record<string, BackendConfig> = {}
  const models: Policies['policy']['models'] = {}
  for (const [name, { on = DEFAULT_BACKENDS, timeouts, keepAlive = 'off' }] of Object.entries(
    options.models,
  )) {
    for (const backend of on) {
      backends[backend] = kinds[backend]
      kinds[backend].models[name] = { id: `${backend}/${name}` }
    }
    const targets = on.map((backend) => `${backend}/${name}`)
    models[name] = { targets, balance: 'ordered', keepAlive, ...(timeouts && { timeouts }) }
  }

  return {
    backends: { backends },
    policy: {
      models,
      // Suites that want failures want them one after the other, in the order of the policy.
      breaker: 'off',
      listen: { names: [EXTRA_NAME] },
      // Who is asked how often is the business of `test/faults/`.
      retry: { times: 0 },
      timeouts: { connect: '2s', firstToken: '10s', idle: '10s', total: '60s' },
      ...(options.aliases && { aliases: options.aliases }),
      ...(options.limits && { limits: options.limits }),
      ...(options.cors && { cors: options.cors }),
    },
    clients: { clients: { home: { keys: [{ env: 'AICC_CLIENT_KEY' }], models: '*' }, ...options.clients } },
  }
}
