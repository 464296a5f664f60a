/** Opens a sink of traces by its kind. */
import { createLangfuseSink } from '../langfuse/langfuse-sink.ts'
import { createOtlpSink } from '../otlp/otlp-sink.ts'
import type { TraceServer, TraceSink } from '../../table/trace-sink.ts'

/** @param version of the gateway */
export function openTraceSink(server: TraceServer, version: string): TraceSink {
  return server.kind === 'langfuse'
    ? createLangfuseSink({ ...server, version })
    : createOtlpSink({ ...server, version })
}
