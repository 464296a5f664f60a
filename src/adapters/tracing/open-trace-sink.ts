/** Opens a sink of traces by its kind. */
import { createLangfuseSink } from '../adapters/langfuse/langfuse-sink.ts'
import { createOtlpSink } from '../adapters/otlp/otlp-sink.ts'
import type { TraceServer } from '../control/shipping/sink-in-force.ts'
import type { TraceSink } from '../table/trace-sink.ts'

/** @param version of the gateway */
export function openTraceSink(server: TraceServer, version: string): TraceSink {
  switch (server.kind) {
    case 'langfuse':
      return createLangfuseSink({ ...server, version })
    case 'otlp':
      return createOtlpSink({ ...server, version })
  }
}
