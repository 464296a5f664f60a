/** All sinks of traces: one shipper for each kind, none of which waits for another. */
import { SINK_KINDS, type SinkKind } from '../../table/trace-policy.ts'
import {
  createTraceShipper,
  type ShippingStatus,
  type SinkInForce,
  type TraceShipperOptions,
} from './trace-shipper.ts'

export interface TraceShippingOptions extends Pick<TraceShipperOptions, 'outbox' | 'log' | 'random'> {
  /** By the policy in force; null = it names none of that kind. */
  sink: (kind: SinkKind) => SinkInForce | null
}

export interface TraceShipping {
  /** There may be something to ship. */
  poke: () => void
  /** Of the sinks in force. Rejects when the database does not answer. */
  status: () => Promise<ShippingStatus[]>
  stop: () => Promise<void>
}

export function createTraceShipping({ sink, ...shared }: TraceShippingOptions): TraceShipping {
  const shippers = SINK_KINDS.map((kind) => createTraceShipper({ ...shared, kind, sink: () => sink(kind) }))
  return {
    poke() {
      for (const shipper of shippers) shipper.poke()
    },
    async status() {
      const all = await Promise.all(shippers.map((shipper) => shipper.status()))
      return all.filter((status) => status !== null)
    },
    async stop() {
      await Promise.all(shippers.map((shipper) => shipper.stop()))
    },
  }
}
