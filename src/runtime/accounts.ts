/**
 * What one edge has counted, and how the control process sees to it: it hands over what a predecessor counted, hears of
 * the records, and holds an edge that goes until its last one was taken.
 */
import { budgetStandings } from '../pipeline/meter/budget-standings.ts'
import type { Ledger, Ports } from '../ports.ts'
import { createMemoryLedger } from '../state/memory-ledger.ts'
import { createOutbox, type Outbox, type OutboxOptions } from '../state/outbox.ts'
import { createSharedLedger, type SharedLedgerOptions } from '../state/shared-ledger.ts'
import type { LedgerState } from '../table/ledger-state.ts'
import type { RouteTable } from '../table/route-table.ts'
import type { SharedState } from '../table/shared-state.ts'
import type { Booked } from '../table/usage-book.ts'

export interface AccountsOptions
  extends Pick<Ports, 'createPipe'>, Pick<OutboxOptions, 'ship'>, Pick<SharedLedgerOptions, 'remote'> {
  /** The one in force; null before the first. */
  table: () => RouteTable | null
  /** Keeps work of a request alive, and counts it. */
  defer: Ports['defer']
  /** Keeps work alive that is nobody's request. */
  deferUncounted: Ports['defer']
  /** Requests, and what goes on behind them. */
  inFlight: () => number
}

export interface Accounts {
  ledger: Ledger
  outbox: Outbox
  /** Takes over what a predecessor counted; the first one counts. */
  restore: (state: LedgerState | null | undefined) => void
  /**
   * `GET /budgets`: what is used of budgets. `POST /booked`: counts what a predecessor's late requests used. `GET /drain`: begins
   * to answer at once, and ends when nothing is in flight and no record waits.
   * @returns null for any other route
   */
  control: (request: Request) => Promise<Response | null>
}

const LOOK_EVERY_MS = 10

export function createAccounts(options: AccountsOptions): Accounts {
  const { ship, defer, remote, table } = options
  const state = (): SharedState | null => table()?.state ?? null
  const local = createMemoryLedger()
  const ledger = createSharedLedger({ local, remote, state, defer })
  const outbox = createOutbox({ ship, defer })
  let restored = false
  return {
    ledger,
    outbox,
    restore(saved) {
      // What nodes count together is not here.
      if (restored || !saved || state() !== null) return
      restored = true
      local.restore(saved)
    },
    async control(request) {
      switch (`${request.method} ${new URL(request.url).pathname}`) {
        case 'GET /budgets': {
          const inForce = table()
          const now = Date.now()
          const budgets = inForce && (await budgetStandings(inForce, (all) => ledger.used(all, now), now))
          return Response.json(budgets ?? [])
        }
        case 'POST /booked':
          if (state() === null) local.book((await request.json()) as Booked, Date.now())
          return new Response(null, { status: 204 })
        case 'GET /drain':
          return drain(options, outbox)
        default:
          return null
      }
    },
  }
}

/** A connection that is being answered keeps the process; workerd drops deferred work when it is told to end. */
function drain({ createPipe, deferUncounted, inFlight }: AccountsOptions, outbox: Outbox): Response {
  const { readable, writable } = createPipe()
  const hold = async (): Promise<void> => {
    const writer = writable.getWriter()
    await writer.write(new TextEncoder().encode('draining\n'))
    while (inFlight() > 0 || outbox.counts().waiting > 0) {
      await new Promise((resolve) => {
        setTimeout(resolve, LOOK_EVERY_MS)
      })
    }
    await writer.close()
  }
  // Who asked may have gone; nothing is left to do then.
  deferUncounted(hold().catch(() => {}))
  return new Response(readable)
}
