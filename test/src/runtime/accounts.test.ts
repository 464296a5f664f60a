import { describe, expect, it } from 'vitest'
import { createAccounts, type Accounts } from '../../../src/runtime/accounts.ts'
import type { Charge } from '../../../src/table/charges.ts'
import type { LedgerState } from '../../../src/table/ledger-state.ts'
import { makeRecord, NOON } from '../make-record.ts'

const DAY: Charge = {
  kind: 'budget',
  key: 'client:crew:usd:day',
  amount: 0,
  limit: 100,
  period: { per: 'day', name: '2026-11-21', endsAt: NOON + 12 * 3_600_000 },
}

function used(amount: number): LedgerState {
  return {
    rates: {},
    budgets: { [DAY.key]: { '2026-11-21': { used: amount, endsAt: NOON + 12 * 3_600_000 } } },
  }
}

interface Rig {
  accounts: Accounts
  flight: { count: number }
  ask: (method: string, path: string, body?: unknown) => Promise<Response | null>
  take: (taken: boolean) => void
}

function rig(): Rig {
  const flight = { count: 0 }
  let taken = true
  const accounts = createAccounts({
    ship: () => (taken ? Promise.resolve(true) : Promise.reject(new Error('down'))),
    createPipe: () => new TransformStream<Uint8Array, Uint8Array>(),
    defer: (work) => void work,
    deferUncounted: (work) => void work,
    remote: {
      reserve: () => Promise.reject(new Error('none')),
      settle: () => Promise.resolve(),
      cancel: () => Promise.resolve(),
    },
    state: () => null,
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

async function ledgerOf(ask: Rig['ask']): Promise<unknown> {
  return (await ask('GET', '/ledger'))?.json()
}

describe('the accounts of an edge', () => {
  it('begin with what was counted before, and only once', async () => {
    const { accounts, ask } = rig()
    accounts.restore(undefined)
    accounts.restore(null)
    accounts.restore(used(40))
    accounts.restore({ ...used(70), rates: { late: { level: 1, at: 0, added: 1, count: 1, windowMs: 1 } } })
    expect(await ledgerOf(ask)).toEqual(used(40))
  })

  it('count what another edge let in, room or not', async () => {
    const { accounts, ask } = rig()
    accounts.restore(used(40))
    const booked = [{ charge: DAY, used: 90 }]
    expect((await ask('POST', '/booked', booked))?.status).toBe(204)
    expect(await ledgerOf(ask)).toEqual(used(130))
    const full = accounts.ledger.reserve({ id: 'a', now: NOON, charges: [{ ...DAY, amount: 1 }], ttlMs: 1 })
    expect(full).toMatchObject({ granted: false, standings: [{ remaining: 0 }] })
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
