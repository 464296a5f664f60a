/**
 * Traces to a server of Langfuse: by OTLP where its version has that, else by the batch endpoint. Both are asked by hand:
 * what the official clients do by timers would be lost with the process, and here each trace must be accounted for.
 */
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { HistoryEntry } from '../../table/history.ts'
import type { TraceDelivery, TraceSink } from '../../table/trace-sink.ts'
import { judgeAnswer, type Judgement, type Parcel } from './judge-answer.ts'
import { createLangfuseClient, type Answer } from './post.ts'
import { splitBySize } from './split-by-size.ts'
import { toBatchEvents } from './to-batch.ts'
import { otlpBody, toOtlpSpans } from './to-otlp.ts'

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

type Delivery = {
  -readonly [Key in keyof TraceDelivery]: TraceDelivery[Key] extends readonly (infer Item)[]
    ? Item[]
    : TraceDelivery[Key]
}

type Protocol = 'otlp' | 'batch'

/** Characters of a body; spans travel compressed. */
const MOST_OF: Readonly<Record<Protocol, number>> = { otlp: 4_000_000, batch: 2_500_000 }
/** The first version with OTLP. */
const OTLP_SINCE = [3, 22] as const
/** A server that was replaced meanwhile tells by failing: this is for one that does not. */
const ASK_VERSION_EVERY_MS = 600_000

export function createLangfuseSink(options: LangfuseOptions): TraceSink {
  const client = createLangfuseClient(options)
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
    const json = parcels.map((parcel) => parcel.json).join(',')
    if (protocol === 'batch') {
      const headers = { 'content-type': 'application/json' }
      const body = { bytes: Buffer.from(`{"batch":[${json}]}`), headers }
      return client.ask('/api/public/ingestion', { body, signal })
    }
    const headers = {
      'content-type': 'application/json',
      'content-encoding': 'gzip',
      'x-langfuse-ingestion-version': '4',
    }
    const bytes = await promisify(gzip)(otlpBody(json, options.version))
    return client.ask('/api/public/otel/v1/traces', { body: { bytes, headers }, signal })
  }
  return {
    async send(traces, signal) {
      const delivery: Delivery = { ...NOTHING, done: [], back: [], refused: [], dead: [] }
      const protocol = await findProtocol(signal)
      if (typeof protocol !== 'string') {
        return { ...delivery, back: traces.map(({ seq }) => seq), problem: protocol.why }
      }
      const parcels = traces.map((entry) => pack(entry, protocol, options.environment))
      const groups = splitBySize(parcels, MOST_OF[protocol])
      for (let group = groups.shift(); group !== undefined; group = groups.shift()) {
        if (delivery.problem !== null) {
          delivery.back.push(...group.map(({ seq }) => seq))
          continue
        }
        const judgement = judgeAnswer(await post(protocol, group, signal), group)
        if (judgement.kind === 'unfit' && group.length > 1) {
          // One of them may spoil it for all: halves, until it stands alone.
          const middle = Math.ceil(group.length / 2)
          groups.unshift(group.slice(0, middle), group.slice(middle))
          continue
        }
        book(delivery, judgement, group)
        if (delivery.problem !== null) known = null
      }
      return delivery
    },
    close: () => client.close(),
  }
}

const NOTHING = { inDoubt: 0, retryAfterMs: null, problem: null }

/** A server that does not tell is one of today. */
function protocolOf(health: string | null): Protocol {
  const [, major, minor] = /"version":\s*"v?(\d+)\.(\d+)/.exec(health ?? '') ?? []
  if (major === undefined) return 'otlp'
  const [sinceMajor, sinceMinor] = OTLP_SINCE
  const isOlder = Number(major) < sinceMajor || (Number(major) === sinceMajor && Number(minor) < sinceMinor)
  return isOlder ? 'batch' : 'otlp'
}

function pack(entry: HistoryEntry, protocol: Protocol, environment: string | null): Parcel {
  if (protocol === 'otlp') {
    return { seq: entry.seq, json: JSON.stringify(toOtlpSpans(entry, environment)).slice(1, -1), events: [] }
  }
  const events = toBatchEvents(entry, environment)
  return { seq: entry.seq, json: JSON.stringify(events).slice(1, -1), events: events.map(({ id }) => id) }
}

function book(delivery: Delivery, judgement: Judgement, parcels: readonly Parcel[]): void {
  const seqs = parcels.map(({ seq }) => seq)
  switch (judgement.kind) {
    case 'taken':
      delivery.done.push(...judgement.done)
      delivery.refused.push(...judgement.refused)
      delivery.dead.push(...judgement.dead)
      if (judgement.refused.length > 0) delivery.problem = 'it refuses some of them for now'
      return
    case 'unfit':
      delivery.dead.push(...seqs.map((seq) => ({ seq, why: judgement.why })))
      return
    case 'untaken':
      delivery.back.push(...seqs)
      delivery.problem = judgement.why
      delivery.retryAfterMs = judgement.retryAfterMs
      return
    case 'in-doubt':
      delivery.inDoubt += seqs.length
      delivery.problem = judgement.why
      return
  }
}
