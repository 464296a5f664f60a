/**
 * An app in the place of the gateway's own: it counts and records each request as that would, and says which one it
 * was. `?hold=MS` answers later, `?limit=NANO` sets the day's budget, `?leases=N` how many at once. What is around it, from the edge to the disk, is the real thing.
 */
import type { Ports } from '../../../src/ports.ts'
import type { Charge } from '../../../src/table/charges.ts'
import { DAY_ENDS_AT, LIMIT, RESERVED, USED, type Counted } from './counting.ts'

export function createApp(ports: Ports): { fetch: (request: Request) => Promise<Response> } {
  return {
    async fetch(request) {
      const { table } = await ports.snapshot()
      const startedAt = Date.now()
      const id = crypto.randomUUID()
      const asked = new URL(request.url).searchParams
      const charges: Charge[] = [
        { kind: 'lease', key: 'client:crew:concurrent', limit: Number(asked.get('leases') ?? 1000) },
        {
          kind: 'budget',
          key: 'client:crew:usd:day',
          amount: RESERVED,
          limit: Number(asked.get('limit') ?? LIMIT),
          period: { per: 'day', name: '2100-01-01', endsAt: DAY_ENDS_AT },
        },
      ]
      const verdict = await ports.ledger.reserve({ id, now: startedAt, charges, ttlMs: 600_000 })
      // When the control process is gone nobody reads the log, and the edge must not mind.
      ports.log({ event: 'attempt-failed', correlationId: id })
      const answer: Counted = { id, granted: verdict.granted, left: verdict.standings[1]?.remaining ?? 0 }
      if (!verdict.granted) return Response.json(answer, { status: 429 })
      await new Promise((resolve) => {
        setTimeout(resolve, Number(asked.get('hold')))
      })
      const endedAt = Date.now()
      await ports.ledger.settle({ id, now: endedAt, used: { 'client:crew:usd:day': USED } })
      ports.record({
        id,
        correlationId: id,
        startedAt,
        endedAt,
        client: 'crew',
        surface: 'chat',
        asked: 'fast',
        model: 'fast',
        backend: 'gpu',
        backendModel: 'coder',
        rule: null,
        digest: table.digest,
        verdict: null,
        stream: false,
        status: 200,
        error: null,
        attempts: 1,
        firstTokenMs: null,
        overheadUs: 0,
        queuedMs: 0,
        usage: { input: 10, cachedInput: 0, output: 5, source: 'wire' },
        cost: USED,
        charges: charges.map((charge) => ({ charge, used: charge.kind === 'budget' ? USED : 1 })),
      })
      return Response.json(answer)
    },
  }
}
