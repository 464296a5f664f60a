/**
 * The edge's control socket, as the control process speaks to it.
 */
import type { HealthReport } from '../table/health-report.ts'
import type { RouteTable } from '../table/route-table.ts'
import type { SlotCounts } from '../table/slot-policy.ts'
import type { ShadowReport } from '../table/shadow-report.ts'
import type { HandedSnapshot, Snapshot } from '../table/snapshot.ts'
import type { Booked } from '../table/usage-book.ts'
import type { BudgetStanding } from '../table/usage-report.ts'
import type { EdgeWatchdog } from './edge-watchdog.ts'
import { unixRequest, type UnixRequest } from './unix-request.ts'

const ANSWER_WITHIN_MS = 5000

/** Every call throws an Error when the edge does not answer, or does not take what it is given. */
export interface EdgeControl {
  /** Resolves when it answers at all. */
  ping: () => Promise<void>
  push: (snapshot: Snapshot | HandedSnapshot) => Promise<void>
  /** Peers (`address:port`) of requests in flight. */
  peers: () => Promise<string[]>
  /** Tells which of them have left. */
  gone: (peers: string[]) => Promise<void>
  /** Tells what probes found. */
  tellHealth: (reports: Readonly<Record<string, HealthReport>>) => Promise<void>
  traffic: () => Promise<EdgeTraffic>
  /** Lets a candidate table decide beside the live one; null ends it. */
  setShadow: (table: RouteTable | null) => Promise<void>
  /** Null when there is no shadow. */
  shadowReport: () => Promise<ShadowReport | null>
  /** Counts what requests used that another edge let in. */
  book: (booked: Booked) => Promise<void>
  /** Budgets as it admits by them. */
  budgets: () => Promise<BudgetStanding[]>
}

/** What the edge says of its calls to backends. */
export interface EdgeTraffic {
  /** Attempts at backends since it started. */
  attempts: number
  /** Backends, and targets as `backend/model`, that are held to be down. */
  held: string[]
  /** Of backends that have been asked and work on so many requests at once. */
  slots: Record<string, SlotCounts>
  /** Requests that are being answered. */
  inFlight: number
  /** Records that are still to be handed over. */
  records: { waiting: number; dropped: number }
}

export interface EdgeControlOptions {
  /** How long each call waits; 5 s unless told otherwise. */
  answerWithinMs?: number
  /** Hears of each call whether it was answered. */
  watchdog?: EdgeWatchdog
}

export function createEdgeControl(
  socketPath: string,
  { answerWithinMs = ANSWER_WITHIN_MS, watchdog }: EdgeControlOptions = {},
): EdgeControl {
  const ask = async (
    method: UnixRequest['method'],
    path: string,
    content?: unknown,
  ): ReturnType<typeof unixRequest> => {
    const body = content === undefined ? {} : { body: JSON.stringify(content) }
    const askedAt = performance.now()
    try {
      const answer = await unixRequest({ socketPath, method, path, timeoutMs: answerWithinMs, ...body })
      watchdog?.answered()
      return answer
    } catch (error) {
      watchdog?.missed(askedAt)
      throw error
    }
  }
  const tell = async (method: UnixRequest['method'], path: string, content?: unknown): Promise<void> => {
    const { status, body } = await ask(method, path, content)
    if (status !== 204)
      throw new Error(`the edge refused the ${path.slice(1)} (${status}): ${body.slice(0, 500)}`)
  }
  return {
    ping: async () => void (await ask('GET', '/status')),
    push: (snapshot) => tell('PUT', '/snapshot', snapshot),
    peers: async () => JSON.parse((await ask('GET', '/peers')).body) as string[],
    gone: (peers) => tell('POST', '/gone', peers),
    tellHealth: (reports) => tell('PUT', '/health', reports),
    traffic: async () => JSON.parse((await ask('GET', '/status')).body) as EdgeTraffic,
    setShadow: (table) => (table === null ? tell('DELETE', '/shadow') : tell('PUT', '/shadow', { table })),
    shadowReport: async () => JSON.parse((await ask('GET', '/shadow')).body) as ShadowReport | null,
    book: (booked) => tell('POST', '/booked', booked),
    async budgets() {
      const { status, body } = await ask('GET', '/budgets')
      if (status !== 200) throw new Error(`the edge does not tell its budgets (${status})`)
      return JSON.parse(body) as BudgetStanding[]
    },
  }
}
