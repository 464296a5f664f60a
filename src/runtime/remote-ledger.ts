/** The ledger that nodes share, asked through the control process: no client of Redis lives in an edge. */
import type { SharedLedger } from '../ports.ts'
import type { Verdict } from '../table/charges.ts'
import { askControl, type ControlPost } from './control-post.ts'

/** A request waits for it. */
const RESERVE_WITHIN_MS = 50
/** Nobody waits for it. */
const SETTLE_WITHIN_MS = 2000

export function createRemoteLedger(post: ControlPost): Omit<SharedLedger, 'finish'> {
  return {
    async reserve(reservation) {
      const asked = { path: '/ledger/reserve', body: reservation, withinMs: RESERVE_WITHIN_MS }
      const { status, text } = await askControl(post, asked)
      if (status !== 200) throw new Error(`the control process answered ${status}`)
      const verdict = JSON.parse(text) as Verdict
      if (verdict.granted) return verdict
      // JSON has no word for never.
      return { ...verdict, retryAfterMs: verdict.retryAfterMs ?? Number.POSITIVE_INFINITY }
    },
    async settle(settlement) {
      await askControl(post, { path: '/ledger/settle', body: settlement, withinMs: SETTLE_WITHIN_MS })
    },
    async cancel(id) {
      await askControl(post, { path: '/ledger/cancel', body: { id }, withinMs: SETTLE_WITHIN_MS })
    },
  }
}
