/** The policies that the gateways of a run serve: one backend, one model, one client. */
import { MODEL } from '../requests.ts'

/** Contents of the files of a policy, by name without `.yaml`. */
export interface Policies {
  backends: object
  policy: object
  clients: object
}

/** The least that routes. @param port the mock's */
export function leastPolicies(port: number): Policies {
  return {
    backends: { backends: { mock: backend(port, {}) } },
    policy: { models: { [MODEL]: { targets: [`mock/${MODEL}`] } } },
    clients: { clients: { bench: client({}) } },
  }
}

/** The least that routes, and whose traces go to a sink. @param sink its URL */
export function tracedPolicies(port: number, sink: string): Policies {
  const { policy, ...others } = leastPolicies(port)
  const trace = {
    sink: 'langfuse',
    url: sink,
    zone: 'cloud',
    publicKey: { env: 'LANGFUSE_PUBLIC_KEY' },
    secretKey: { env: 'LANGFUSE_SECRET_KEY' },
  }
  return { ...others, policy: { ...policy, trace } }
}

/** As far as features can be switched off: a record of each request is made all the same. */
export function featurelessPolicies(port: number): Policies {
  const { policy, ...others } = leastPolicies(port)
  return { ...others, policy: { ...policy, breaker: 'off' } }
}

/** So wide that nothing is refused, and every request is counted everywhere. */
const RATES = { requests: '100000000/min', tokens: '100000M/min' }
const PLACES = { concurrent: 100_000 }

/** All that counts: limits of client, address, model and backend, budgets by day and month, breakers. */
export function limitedPolicies(port: number): Policies {
  return {
    backends: { backends: { mock: backend(port, { limits: RATES }) } },
    policy: {
      limits: { perAddress: { requests: RATES.requests, ...PLACES } },
      models: { [MODEL]: { targets: [`mock/${MODEL}`], limits: { ...RATES, ...PLACES } } },
    },
    clients: {
      clients: {
        bench: client({
          limits: { ...RATES, ...PLACES },
          budget: [{ usd: '100000/day' }, { usd: '1000000/month' }],
        }),
      },
    },
  }
}

function backend(port: number, more: object): object {
  const price = { input: 1, output: 2 }
  return {
    kind: 'openai',
    url: `http://127.0.0.1:${port}`,
    models: { [MODEL]: 'limits' in more ? { id: MODEL, price } : { id: MODEL } },
    ...more,
  }
}

function client(more: object): object {
  return { keys: [{ env: 'AICC_CLIENT_KEY' }], models: '*', ...more }
}
