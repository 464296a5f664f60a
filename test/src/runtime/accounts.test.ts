import { describe, expect, it } from 'vitest'
import { budgetPeriod } from '../../../src/pipeline/meter/budget-period.ts'
import { createAccounts, type Accounts } from '../../../src/runtime/accounts.ts'
import type { Charge } from '../../../src/table/charges.ts'
import type { LedgerState } from '../../../src/table/ledger-state.ts'
import type { RouteTable } from '../../../src/table/route-table.ts'
import type { BudgetStanding } from '../../../src/table/usage-report.ts'
import { makeRecord } from '../make-record.ts'
import { makeClient, makeTable } from '../make-snapshot.ts'

const NOW = Date.now()
const DAY = {
  kind: 'budget',
  key: 'client:crew:usd:day',
  amount: 0,
  limit: 100,
  period: budgetPeriod('day', 'UTC', NOW),
} satisfies Charge

const SHARE: RouteTable['state'] = {
  url: { env: 'REDIS_URL' },
  prefix: 'aicc',
  nodes: 2,
  onFailure: { limits: 'open', budgets: 'open', leases: 'open' },
}

const TABLE = makeTable({
  clients: { free: makeClient(), crew: makeClient({ budgets: [{ per: 'day', limit: 100, warnAt: 80 }] }) },
})

function used(amount: number): LedgerState {
  const { name, endsAt } = DAY.period
  return { rates: {}, budgets: { [DAY.key]: { [name]: { used: amount, endsAt } } } }
}

interface Rig {
  accounts: Accounts
  flight: { count: number }
  ask: (method: string, path: string, body?: unknown) => Promise<Response | null>
  take: (taken: boolean) => void
}

function rig(table: RouteTable | null = TABLE): Rig {
  const flight = { count: 0 }
  let taken = true
  const accounts = createAccounts({
    ship: () => (taken ? Promise.resolve(true) : Promise.reject(new Error('down'))),
    createPipe: () => new TransformStream<Uint8Array, Uint8Array>(),
    defer: (work) => void work,
    deferUncounted: (work) => void work,
    remote: {
      reserve: ({ charges }) =>
        Promise.resolve({
          granted: true,
          standings: charges.map(({ key, limit }) => ({
            key,
            limit: Number(limit),
            remaining: Number(limit) - 12,
            resetMs: 0,
          })),
        }),
      settle: () => Promise.resolve(),
      cancel: () => Promise.resolve(),
    },
    table: () => table,
    inFlight: () => flight.count,
  })
  return {
    accounts,
    flight,
    ask: (method, path, body) =>
      accounts.control(
        new Request(
          `http://edge${path}`,
          body === undefined ? { method } : { method, body: JSON.stringify(body) },
        ),
      ),
    take: (next) => {
      taken = next
    },
  }
}

async function spent(ask: Rig['ask']): Promise<number | undefined> {
  const budgets = (await (await ask('GET', '/budgets'))?.json()) as BudgetStanding[]
  return budgets[0]?.used
}

describe('the accounts of an edge', () => {
  it('begin with what was counted before, and only once', async () => {
    const { accounts, ask } = rig()
    accounts.restore(undefined)
    accounts.restore(null)
    accounts.restore(used(40))
    accounts.restore({ ...used(70), rates: { late: { level: 1, at: 0, added: 1, count: 1, windowMs: 1 } } })
    expect(await spent(ask)).toBe(40)
  })

  it('count what another edge let in, room or not', async () => {
    const { accounts, ask } = rig()
    accounts.restore(used(40))
    const booked = [{ charge: DAY, used: 90 }]
    expect((await ask('POST', '/booked', booked))?.status).toBe(204)
    expect(await spent(ask)).toBe(130)
    const full = accounts.ledger.reserve({ id: 'a', now: NOW, charges: [{ ...DAY, amount: 1 }], ttlMs: 1 })
    expect(full).toMatchObject({ granted: false, standings: [{ remaining: 0 }] })
  })

  it('tell each budget as it is admitted by, reservations included', async () => {
    const { accounts, ask } = rig()
    await accounts.ledger.reserve({ id: 'a', now: NOW, charges: [{ ...DAY, amount: 30 }], ttlMs: 1000 })
    const { name } = DAY.period
    expect(await (await ask('GET', '/budgets'))?.json()).toEqual([
      { client: 'crew', per: 'day', period: name, limit: 100, used: 30, left: 70 },
    ])
    expect(await (await rig(null).ask('GET', '/budgets'))?.json()).toEqual([])
  })

  it('tell what nodes have used together, and neither take over nor count anything of it', async () => {
    const { accounts, ask } = rig({ ...TABLE, state: SHARE })
    accounts.restore(used(40))
    await ask('POST', '/booked', [{ charge: DAY, used: 90 }])
    expect(await spent(ask)).toBe(12)
  })

  it('leave other routes to others', async () => {
    const { ask } = rig()
    expect(await ask('GET', '/peers')).toBeNull()
    expect(await ask('PUT', '/ledger', {})).toBeNull()
  })

  it('hold on at once and let go when nothing is in flight and no record waits', async () => {
    const { accounts, ask, flight, take } = rig()
    flight.count = 1
    take(false)
    accounts.outbox.record(makeRecord({ id: 'a' }))
    const response = await ask('GET', '/drain')
    const reader = response!.body!.getReader()
    expect(new TextDecoder().decode((await reader.read()).value)).toBe('draining\n')
    let ended = false
    const end = reader.read().then(({ done }) => (ended = done))
    flight.count = 0
    await expect.poll(() => accounts.outbox.counts().waiting).toBe(1)
    expect(ended).toBe(false)
    take(true)
    await end
    expect(accounts.outbox.counts().waiting).toBe(0)
  })
})
