/** Traces to whatever takes OTLP over HTTP as JSON, compressed, under the names of the GenAI conventions. */
import type { TraceSink } from '../../table/trace-sink.ts'
import { createCompress } from '../tracing/compress.ts'
import { deliver } from '../tracing/deliver.ts'
import { createSinkClient } from '../tracing/http-client.ts'
import { otlpBody } from '../tracing/otlp-span.ts'
import { judgeOtlpAnswer } from './judge-otlp-answer.ts'
import { toGenAiSpans } from './to-genai-spans.ts'

export interface OtlpOptions {
  /** Where it takes traces. */
  url: string
  /** By name in small letters. */
  headers: Readonly<Record<string, string>>
  /** `deployment.environment.name`; null = not said. */
  environment: string | null
  /** Of the gateway. */
  version: string
}

/** Characters of a body. Collectors of OpenTelemetry take 20 MiB, unpacked, unless they are told otherwise. */
const MOST = 4_000_000

const HEADERS = { 'content-type': 'application/json', 'content-encoding': 'gzip' }

export function createOtlpSink({ url, headers, environment, version }: OtlpOptions): TraceSink {
  const client = createSinkClient({ url, headers })
  const compress = createCompress()
  return {
    send: (traces, signal) =>
      deliver(
        traces.map((entry) => ({
          seq: entry.seq,
          json: toGenAiSpans(entry),
          events: [],
        })),
        {
          most: MOST,
          async post(parcels) {
            const spans = parcels.map(({ json }) => json)
            const bytes = await compress(otlpBody(spans, { version, environment }))
            return judgeOtlpAnswer(
              await client.ask('', { body: { bytes, headers: HEADERS }, signal }),
              parcels,
            )
          },
        },
      ),
    close: () => client.close(),
  }
}
