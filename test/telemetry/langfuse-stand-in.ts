/**
 * A server that takes traces as Langfuse does, holds each request against its document, and fails by a script. What it
 * has taken is kept as plain observations, whichever way they came.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'
import { readLangfuseDocument } from './langfuse-document.ts'
import { readOtlpProtobuf } from './otlp-protobuf.ts'
import { observationsAnswer, projectsAnswer, traceAnswer } from './read-answers.ts'
import { spansIn, wrongWithOtlp, type SentSpan } from './otlp-schema.ts'

/**
 * What happens to a request: `partial` takes every other event and refuses the rest for now; `swallow` takes all and
 * breaks the connection instead of answering; `slow` answers after a while.
 */
export type Fault = 'ok' | 'error' | 'too-many' | 'partial' | 'slow' | 'swallow'

export interface Observation {
  traceId: string
  id: string
  parent: string | null
  name: string
  type: 'span' | 'generation' | 'trace'
  /** By Langfuse's names of attributes, or of the event's body. */
  fields: Record<string, unknown>
  startMs: number
  endMs: number
  /** It came as protobuf, which the gateway does not send. */
  isForeign: boolean
}

export interface LangfuseStandIn {
  /** Its address is the same before it listens, and after it has been down. */
  url: string
  up: () => Promise<void>
  down: () => Promise<void>
  /** What happens to the next requests, one after the other; then all is well. */
  script: Fault[]
  /** All that was taken, in order: what came twice stands twice. */
  observations: Observation[]
  /** Traces whose answer was swallowed. */
  swallowed: Set<string>
  /** What was wrong with a request or an answer. */
  problems: string[]
  /** All that came in, unpacked: heads and bodies. */
  received: string[]
  /** How often each fault happened. */
  happened: Map<Fault, number>
}

export interface StandInKeys {
  publicKey: string
  secretKey: string
}

const OTLP = '/api/public/otel/v1/traces'
const BATCH = '/api/public/ingestion'
const HEALTH = '/api/public/health'
const PROJECTS = '/api/public/projects'
const PROTOBUF = 'application/x-protobuf'
const SLOW_MS = 1500

export async function createStandIn(version: string, keys: StandInKeys): Promise<LangfuseStandIn> {
  const document = readLangfuseDocument()
  const basic = `Basic ${Buffer.from(`${keys.publicKey}:${keys.secretKey}`).toString('base64')}`
  let server: Server | null = null
  const port = await freePort()
  const my: LangfuseStandIn = {
    url: `http://127.0.0.1:${port}`,
    script: [],
    observations: [],
    swallowed: new Set(),
    problems: [],
    received: [],
    happened: new Map(),
    async up() {
      server = createServer((request, response) => {
        serve(request, response).catch((error: unknown) => my.problems.push(String(error)))
      })
      server.listen(port, '127.0.0.1')
      await once(server, 'listening')
    },
    async down() {
      const ending = server
      server = null
      if (ending === null) return
      const ended = once(ending, 'close')
      ending.close()
      ending.closeAllConnections()
      await ended
    },
  }
  const judge = (what: string, errors: unknown): void => {
    if (errors !== null) my.problems.push(`${what}: ${JSON.stringify(errors)}`)
  }
  const say = (
    response: ServerResponse,
    { path, status, body }: { path: string; status: number; body: unknown },
  ): void => {
    if (status < 300) judge(`answer of ${path}`, document?.answer(path, status, body) ?? null)
    response.writeHead(status, { 'content-type': 'application/json', 'retry-after': '1' })
    response.end(JSON.stringify(body))
  }
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = request.url ?? ''
    const parts: Buffer[] = []
    for await (const part of request) parts.push(part as Buffer)
    const bytes = Buffer.concat(parts)
    const raw = request.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes
    const type = request.headers['content-type']
    // Latin-1 keeps the texts in a binary body readable.
    my.received.push(
      `${request.rawHeaders.join('\n')}\n${raw.toString(type === PROTOBUF ? 'latin1' : 'utf8')}`,
    )
    if (request.headers.authorization !== basic) my.problems.push(`${path} came without the keys`)
    if (path === HEALTH) {
      return say(response, { path, status: 200, body: { status: 'OK', version } })
    }
    if (path === PROJECTS) return say(response, { path, status: 200, body: projectsAnswer() })
    if (request.method === 'GET') return read(path, response)
    if (type !== 'application/json' && type !== PROTOBUF) my.problems.push(`${path}: a body of type ${type}`)
    const body = type === PROTOBUF ? readOtlpProtobuf(raw) : (JSON.parse(raw.toString()) as unknown)
    judge(`request to ${path}`, document?.request(path, body) ?? null)
    const isOld = version.startsWith('2.')
    if (path !== (isOld ? BATCH : OTLP)) {
      my.problems.push(`${path} is not for version ${version}`)
      return say(response, { path, status: 404, body: {} })
    }
    const fault = my.script.shift() ?? 'ok'
    my.happened.set(fault, (my.happened.get(fault) ?? 0) + 1)
    if (fault === 'error') return say(response, { path, status: 500, body: { message: 'no' } })
    if (fault === 'too-many') return say(response, { path, status: 429, body: { message: 'no' } })
    if (fault === 'slow') await sleep(SLOW_MS)
    const said = isOld ? takeBatch(body, fault === 'partial') : takeOtlp(body, request)
    if (fault === 'swallow') {
      for (const id of said.traces) my.swallowed.add(id)
      request.socket.destroy()
      return
    }
    say(response, { path, status: isOld ? 207 : 200, body: said.answer })
  }
  const read = (path: string, response: ServerResponse): void => {
    const url = new URL(path, my.url)
    const [, traceOfOld] = /^\/api\/public\/traces\/([0-9a-f]+)$/.exec(url.pathname) ?? []
    const traceId = traceOfOld ?? url.searchParams.get('traceId') ?? ''
    const found = my.observations.filter((one) => one.traceId === traceId && one.type !== 'trace')
    // Version 3 takes traces as 4 does, and tells them as 2 does.
    const byTrace = Number(version.split('.')[0]) < 4
    if (byTrace !== (traceOfOld !== undefined) || (byTrace && found.length === 0)) {
      return say(response, { path, status: 404, body: {} })
    }
    return byTrace
      ? say(response, {
          path: '/api/public/traces/{traceId}',
          status: 200,
          body: traceAnswer(traceId, found),
        })
      : say(response, { path: url.pathname, status: 200, body: observationsAnswer(found) })
  }
  const takeOtlp = (body: unknown, request: IncomingMessage): Taken => {
    const isForeign = request.headers['content-type'] === PROTOBUF
    if (request.headers['x-langfuse-ingestion-version'] !== '4') my.problems.push('no ingestion version')
    if (!isForeign) {
      judge('OTLP', wrongWithOtlp(body))
      if (request.headers['content-encoding'] !== 'gzip') my.problems.push('not compressed')
    }
    const spans = spansIn(body)
    my.observations.push(...spans.map((span) => ({ ...fromSpan(span), isForeign })))
    return { traces: spans.map(({ traceId }) => traceId), answer: {} }
  }
  const takeBatch = (body: unknown, isPartial: boolean): Taken => {
    const { batch } = body as { batch: SentEvent[] }
    const taken = batch.filter((_, i) => !isPartial || i % 2 === 0)
    const refused = batch.filter((event) => !taken.includes(event))
    // The id of an event's envelope is what tells a second one from a first.
    my.observations.push(...taken.filter(({ id }) => !known.has(id)).map(fromEvent))
    for (const { id } of taken) known.add(id)
    return {
      traces: taken.map(({ body: { traceId, id } }) => traceId ?? id),
      answer: {
        successes: taken.map(({ id }) => ({ id, status: 201 })),
        errors: refused.map(({ id }) => ({ id, status: 500, message: 'busy' })),
      },
    }
  }
  const known = new Set<string>()
  return my
}

interface Taken {
  traces: string[]
  answer: unknown
}

interface SentEvent {
  id: string
  type: string
  body: Record<string, unknown> & { id: string; traceId?: string }
}

type FromGateway = Omit<Observation, 'isForeign'>

function fromSpan({ traceId, spanId, parentSpanId, name, attributes, ...times }: SentSpan): FromGateway {
  const fields = Object.fromEntries(
    attributes.map(({ key, value }) => [
      key,
      value.arrayValue?.values.map((one) => one.stringValue) ?? Object.values(value)[0],
    ]),
  )
  return {
    traceId,
    id: spanId,
    parent: parentSpanId ?? null,
    name,
    type: fields['langfuse.observation.type'] === 'generation' ? 'generation' : 'span',
    fields,
    startMs: Number(times.startTimeUnixNano.slice(0, -6)),
    endMs: Number(times.endTimeUnixNano.slice(0, -6)),
  }
}

function fromEvent({ type, body }: SentEvent): Observation {
  return {
    traceId: body.traceId ?? body.id,
    id: body.id,
    parent: (body['parentObservationId'] as string | null | undefined) ?? null,
    name: String(body['name']),
    type: type === 'trace-create' ? 'trace' : type === 'generation-create' ? 'generation' : 'span',
    fields: body,
    startMs: Date.parse(String(body['startTime'] ?? body['timestamp'])),
    endMs: Date.parse(String(body['endTime'] ?? body['timestamp'])),
    isForeign: false,
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
