/** Where the numbers of records stand whose traces wait for a sink. */
import type { SinkKind } from '../table/trace-policy.ts'

const TABLES: Readonly<Record<SinkKind, string>> = {
  langfuse: 'outgoing_traces',
  otlp: 'outgoing_otlp_traces',
}

export function waitingTable(sink: SinkKind): string {
  return TABLES[sink]
}
