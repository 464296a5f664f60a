/** What the account of a request is opened with. */
import type { Ports } from '../../ports.ts'
import type { RouteTable, Surface } from '../../table/route-table.ts'
import type { RequestHead } from '../edge/request-head.ts'
import type { Journey } from '../forward/exchange.ts'
import type { Stopwatch } from '../stopwatch.ts'
import type { TextsInHand } from '../trace/texts-in-hand.ts'
import type { TurnedAway } from './turned-away.ts'

export interface BillOptions {
  ports: Pick<Ports, 'ledger' | 'record' | 'log' | 'defer'>
  table: RouteTable
  client: string
  surface: Surface
  correlationId: string
  /** The correlation id is the gateway's own, so that it is as unique as one can be. */
  ownId: boolean
  /** As networkOf() writes it. */
  network: () => string
  /** Kept by the forward stage. */
  journey: Readonly<Journey>
  stopwatch: Pick<Stopwatch, 'ms'>
  /** Aborted when the client went away, or the time is up. */
  signal: AbortSignal
  answerHeaders: Record<string, string>
  /** What it says of where it belongs. */
  head: Pick<RequestHead, 'traceparent' | 'sessionId'>
  /** Where text for traces counts. */
  hand: TextsInHand
  turnedAway: TurnedAway
}
