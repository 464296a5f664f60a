/**
 * Traces to a server of Langfuse: by OTLP where its version has that, else by the batch endpoint. Both are asked by hand:
 * what the official clients do by timers would be lost with the process, and here each trace must be accounted for.
 */
import type { OutgoingTrace } from '../../table/trace-text.ts'
import type { TraceSink } from '../../table/trace-sink.ts'
import { createCompress } from '../tracing/compress.ts'
import { deliver, nothingDelivered, type Parcel } from '../tracing/deliver.ts'
import { createSinkClient, type Answer } from '../tracing/http-client.ts'
import { otlpBody } from '../tracing/otlp-span.ts'
import { judgeAnswer } from './judge-answer.ts'
import { toBatchEvents } from './to-batch.ts'
import { toOtlpSpans } from './to-otlp.ts'

export interface LangfuseOptions {
  /** Without a slash at its end. */
  url: string
  publicKey: string
  secretKey: string
  /** What it files traces under; null = its default. */
  environment: string | null
  /** Of the gateway. */
  version: string
}

type Protocol = 'otlp' | 'batch'

/** Characters of a body; spans travel compressed. */
const MOST_OF: Readonly<Record<Protocol, number>> = { otlp: 4_000_000, batch: 2_500_000 }
/** The first version with OTLP. */
const OTLP_SINCE = [3, 22] as const
/** A server that was replaced meanwhile tells by failing: this is for one that does not. */
const ASK_VERSION_EVERY_MS = 600_000

export function createLangfuseSink(options: LangfuseOptions): TraceSink {
  const { url, publicKey, secretKey } = options
  const authorization = `Basic ${Buffer.from(`${publicKey}:${secretKey}`).toString('base64')}`
  const client = createSinkClient({ url, headers: { authorization } })
  const compress = createCompress()
  let known: { protocol: Protocol; until: number } | null = null

  const findProtocol = async (signal: AbortSignal): Promise<Protocol | { why: string }> => {
    if (known !== null && Date.now() < known.until) return known.protocol
    const answer = await client.ask('/api/public/health', { signal })
    if (answer.kind !== 'answer') return { why: answer.why }
    if (answer.status >= 500 || answer.status === 429) return { why: `its health answers ${answer.status}` }
    const protocol = protocolOf(answer.text)
    known = { protocol, until: Date.now() + ASK_VERSION_EVERY_MS }
    return protocol
  }
  const post = async (
    protocol: Protocol,
    parcels: readonly Parcel[],
    signal: AbortSignal,
  ): Promise<Answer> => {
    const jsons = parcels.map(({ json }) => json)
    if (protocol === 'batch') {
      const headers = { 'content-type': 'application/json' }
      const body = { bytes: Buffer.from(`{"batch":[${jsons.join(',')}]}`), headers }
      return client.ask('/api/public/ingestion', { body, signal })
    }
    const headers = {
      'content-type': 'application/json',
      'content-encoding': 'gzip',
      'x-langfuse-ingestion-version': '4',
    }
    const bytes = await compress(otlpBody(jsons, { version: options.version, environment: null }))
    return client.ask('/api/public/otel/v1/traces', { body: { bytes, headers }, signal })
  }
  return {
    async send(traces, signal) {
      const protocol = await findProtocol(signal)
      if (typeof protocol !== 'string') {
        return { ...nothingDelivered(), back: traces.map(({ seq }) => seq), problem: protocol.why }
      }
      const delivery = await deliver(
        traces.map((entry) => pack(entry, protocol, options.environment)),
        {
          most: MOST_OF[protocol],
          post: async (parcels) => judgeAnswer(await post(protocol, parcels, signal), parcels),
        },
      )
      if (delivery.problem !== null) known = null
      return delivery
    },
    close: () => client.close(),
  }
}

/** A server that does not tell is one of today. */
function protocolOf(health: string | null): Protocol {
  const [, major, minor] = /"version":\s*"v?(\d+)\.(\d+)/.exec(health ?? '') ?? []
  if (major === undefined) return 'otlp'
  const [sinceMajor, sinceMinor] = OTLP_SINCE
  const isOlder = Number(major) < sinceMajor || (Number(major) === sinceMajor && Number(minor) < sinceMinor)
  return isOlder ? 'batch' : 'otlp'
}

function pack(entry: OutgoingTrace, protocol: Protocol, environment: string | null): Parcel {
  if (protocol === 'otlp') {
    return { seq: entry.seq, json: toOtlpSpans(entry, environment), events: [] }
  }
  const events = toBatchEvents(entry, environment)
  return { seq: entry.seq, json: JSON.stringify(events).slice(1, -1), events: events.map(({ id }) => id) }
}
