/** Where the numbers of records stand whose traces wait for a sink, or were given up. */
import type { SinkKind } from '../table/trace-policy.ts'

const TABLES: Readonly<Record<SinkKind, string>> = {
  langfuse: 'outgoing_traces',
  otlp: 'outgoing_otlp_traces',
}

export function waitingTable(sink: SinkKind): string {
  return TABLES[sink]
}

const DEAD: Readonly<Record<SinkKind, string>> = { langfuse: 'dead_traces', otlp: 'dead_otlp_traces' }

export function deadTable(sink: SinkKind): string {
  return DEAD[sink]
}
