/** The whole app with limits, for tests of what it charges: a clock that stands at noon, and one client. */
import { createApp } from '../../src/app.ts'
import type { Charge } from '../../src/table/charges.ts'
import type { RouteTable } from '../../src/table/route-table.ts'
import type { Budget, Price, Rate, UsageLimits } from '../../src/table/usage-limits.ts'
import { AUTHORIZED, makeActive, makeClient, makeTable } from './make-snapshot.ts'
import { type Backend, type ScriptedPorts, scriptedPorts } from './scripted-ports.ts'

/** 2026-11-21, UTC. */
export const NOON: number = Date.UTC(2026, 10, 21, 12)

/** What a backend says it used. */
export const USAGE: Record<'prompt_tokens' | 'completion_tokens' | 'total_tokens', number> = {
  prompt_tokens: 20,
  completion_tokens: 30,
  total_tokens: 50,
}
export function answer(fields: object = {}): Backend {
  return () =>
    Response.json({
      id: 'x',
      choices: [{ message: { role: 'assistant', content: 'hello' } }],
      usage: USAGE,
      ...fields,
    })
}

export const down: Backend = () => new Response('no', { status: 500 })

export function perMinute(count: number): Rate {
  return { count, windowMs: 60_000 }
}

/** So slow that what a test waits for does not show. */
export function perDay(count: number): Rate {
  return { count, windowMs: 86_400_000 }
}

export function limits(fields: Partial<UsageLimits>): UsageLimits {
  return {
    requests: null,
    tokens: null,
    concurrent: null,
    ...fields,
  }
}

/** 1 USD per million tokens in, 10 out. */
export const PRICE: Price = { input: 1000, cachedInput: 100, output: 10_000 }
export const DAY: Budget = { per: 'day', limit: 10_000_000, warnAt: 5_000_000 }

export interface Gateway {
  ports: ScriptedPorts
  ask: (fields?: object, init?: RequestInit) => Promise<Response>
  /** What is left of a limit, by the ledger. */
  left: (charge: Charge) => number
}

export function gateway(fields: Partial<RouteTable>, backends: Record<string, Backend> = {}): Gateway {
  const ports = scriptedPorts(makeActive(makeTable(fields)), { gpu: answer(), spare: answer(), ...backends })
  // A test may put another before it.
  const ledger = { ...ports.ledger }
  const app = createApp(ports)
  return {
    ports,
    ask: async (asked = {}, init = {}) =>
      app.fetch(
        new Request('http://localhost/v1/chat/completions', {
          method: 'POST',
          headers: { host: 'localhost', 'content-type': 'application/json', ...AUTHORIZED },
          body: JSON.stringify({
            model: 'fast',
            messages: [{ role: 'user', content: 'hi' }],
            max_tokens: 100,
            ...asked,
          }),
          ...init,
        }),
      ),
    left: (charge) => leftOf(ledger, charge),
  }
}

/** What a request that is let in and settled at once finds: it takes nothing but, for that moment, a place. */
function leftOf(ledger: ScriptedPorts['ledger'], charge: Charge): number {
  const now = Date.now()
  const probe = charge.kind === 'lease' ? charge : { ...charge, amount: 0 }
  const verdict = ledger.reserve({ id: 'probe', now, charges: [probe], ttlMs: 1 })
  if (verdict instanceof Promise) throw new Error('a ledger in memory answers at once')
  void ledger.settle({ id: 'probe', now, used: {} })
  const { remaining = -1 } = verdict.standings[0] ?? {}
  return charge.kind === 'lease' && verdict.granted ? remaining + 1 : remaining
}

export function client(fields: Parameters<typeof makeClient>[0]): Partial<RouteTable> {
  return {
    clients: { crew: makeClient(fields) },
  }
}

export function tokens(count: number): Charge {
  return {
    kind: 'rate',
    key: 'client:crew:tokens',
    amount: 1,
    limit: perDay(count),
  }
}

export function atOnce(limit: number): Charge {
  return { kind: 'lease', key: 'client:crew:concurrent', limit }
}

export function spent(limit: number): Charge {
  return {
    kind: 'budget',
    key: 'client:crew:usd:day',
    amount: 1,
    limit,
    period: { per: 'day', name: '2026-11-21', endsAt: Date.UTC(2026, 10, 22) },
  }
}

export async function errorOf(response: Response): Promise<Record<string, unknown>> {
  return ((await response.json()) as { error: Record<string, unknown> }).error
}
