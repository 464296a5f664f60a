/** The ledger in Redis, for nodes that share limits and budgets: one script a step. */
import type { Redis } from 'ioredis'
import type { SharedLedger } from '../../ports.ts'
import type { Charge, Standing, Verdict } from '../../table/charges.ts'
import type { LedgerState } from '../../table/ledger-state.ts'
import { CANCEL, FINISH, RAISE, RESERVE, SETTLE } from './ledger-scripts.ts'

export interface RedisLedgerOptions {
  redis: Redis
  /** In front of every key. In braces, so that a cluster keeps them in one place. */
  prefix: string
  /** Whose clock counts: that of Redis, so that nodes need not agree; or the caller's, for tests. */
  clock: 'server' | 'caller'
}

export interface RedisLedger extends SharedLedger {
  /** Raises what is counted of budgets to so much, where it is less. */
  raise: (budgets: LedgerState['budgets']) => Promise<void>
}

type Commands = Record<
  'aiccReserve' | 'aiccSettle' | 'aiccCancel' | 'aiccFinish' | 'aiccRaise',
  (prefix: string, ...args: (string | number)[]) => Promise<unknown>
>

/** Charges of one request cost the script microseconds; so many fit a script that others hardly wait for. */
const FINISHED_AT_ONCE = 64

export function createRedisLedger({ redis, prefix, clock }: RedisLedgerOptions): RedisLedger {
  redis.defineCommand('aiccReserve', { numberOfKeys: 1, lua: RESERVE })
  redis.defineCommand('aiccSettle', { numberOfKeys: 1, lua: SETTLE })
  redis.defineCommand('aiccCancel', { numberOfKeys: 1, lua: CANCEL })
  redis.defineCommand('aiccFinish', { numberOfKeys: 1, lua: FINISH })
  redis.defineCommand('aiccRaise', { numberOfKeys: 1, lua: RAISE })
  const commands = redis as unknown as Commands
  const time = (now: number): string => (clock === 'server' ? '' : String(now))
  return {
    async reserve({ id, now, charges, ttlMs }) {
      const answer = await commands.aiccReserve(prefix, time(now), id, ttlMs, JSON.stringify(charges))
      return toVerdict(charges, answer as string[])
    },
    async settle({ id, now, used }) {
      await commands.aiccSettle(prefix, time(now), id, JSON.stringify(used))
    },
    async cancel(id) {
      await commands.aiccCancel(prefix, time(Date.now()), id)
    },
    async finish(finished) {
      for (let from = 0; from < finished.length; from += FINISHED_AT_ONCE) {
        const some = finished.slice(from, from + FINISHED_AT_ONCE)
        const args = some.flatMap(({ id, charges }) => [id, JSON.stringify(charges)])
        await commands.aiccFinish(prefix, time(Date.now()), ...args)
      }
    },
    async raise(budgets) {
      const all = Object.entries(budgets).flatMap(([key, periods]) =>
        Object.entries(periods).map(([name, { used, endsAt }]) =>
          JSON.stringify({ key, used, period: { name, endsAt } }),
        ),
      )
      for (let from = 0; from < all.length; from += FINISHED_AT_ONCE) {
        await commands.aiccRaise(prefix, time(Date.now()), ...all.slice(from, from + FINISHED_AT_ONCE))
      }
    },
  }
}

/** @param answer see RESERVE */
function toVerdict(charges: readonly Charge[], answer: readonly string[]): Verdict {
  const standings = charges.map(({ key, ...charge }, i): Standing => {
    const limit = charge.kind === 'rate' ? charge.limit.count : charge.limit
    return { key, limit, remaining: Number(answer[2 + 2 * i]), resetMs: Number(answer[3 + 2 * i]) }
  })
  const refusedBy = Number(answer[0]) - 1
  if (refusedBy < 0) return { granted: true, standings }
  const retryAfterMs = answer[1] === 'inf' ? Number.POSITIVE_INFINITY : Number(answer[1])
  return { granted: false, refusedBy, retryAfterMs, standings }
}
