/**
 * The fault matrix: what a client sees of each fault, how often and in which order backends were asked, on both
 * runtimes. Every fault has a model without a fallback and one with fallbacks by cause; each call is found again among
 * what the backends recorded by its correlation id. The table is printed at the end.
 */
import { randomUUID } from 'node:crypto'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { BackendConfig } from '../../compiler/config/backends.ts'
import type { PolicyFile } from '../../compiler/config/policy.ts'
import { createClient, type Answer, type Client } from '../conformance/harness/client.ts'
import {
  startGateway,
  type Gateway,
  type Policies,
  type Runtime,
} from '../conformance/harness/start-gateway.ts'
import { startUpstream, type RecordingUpstream } from '../upstream/recording-upstream.ts'
import { openBlackHole, type BlackHole } from './black-hole.ts'
import { faults, outcomeFor, type Fault, type Outcome, type Place } from './faults.ts'
import { KIND_TRAITS, KINDS, type Kind } from './kinds.ts'
import { renderMatrix } from './render-matrix.ts'
import { type WireName, WIRES } from './wires.ts'

const FAULTS = faults(new Date(Date.now() + 60_000).toUTCString())
const CASES = FAULTS.flatMap((fault) =>
  fault.kinds.flatMap((kind) => (['alone', 'backed'] as const).map((how) => ({ fault, kind, how }))),
)
const SPARES = ['spare', 'large', 'other'] as const
/** The backends that take over speak the same as those that fail, or what the client speaks. */
const WIRE_NAMES = Object.keys(WIRES) as WireName[]

/** Key of a model in the policy and of its place on the backend. */
function modelOf({ name }: Fault, kind: Kind): string {
  return `${name} in ${kind}`.replaceAll(/[^a-z0-9]+/gi, '-')
}

function policiesFor(upstream: string, ports: { refused: number; hole: number }): Policies {
  const urls: Record<Place | (typeof SPARES)[number], string> = {
    main: `${upstream}/main`,
    refused: `http://127.0.0.1:${ports.refused}`,
    hole: `http://127.0.0.1:${ports.hole}`,
    gone: 'http://no-such-host.invalid',
    spare: `${upstream}/spare`,
    large: `${upstream}/large`,
    other: `${upstream}/other`,
  }
  const backends: Record<string, BackendConfig> = {}
  for (const [name, url] of Object.entries(urls)) {
    backends[name] = { kind: 'openai', url, health: 'off', models: {} }
  }
  for (const name of SPARES) {
    for (const wire of WIRE_NAMES) {
      for (const form of ['stream', 'whole']) {
        const backend = backends[name]
        const model = `${form}.${wire}`
        if (backend) backend.models[model] = { id: `${name}/${model}`, speaks: [wire] }
      }
    }
  }
  const models: PolicyFile['models'] = {}
  for (const fault of FAULTS) {
    for (const kind of fault.kinds) {
      const model = modelOf(fault, kind)
      const { surface, wire, streams } = KIND_TRAITS[kind]
      const backend = backends[fault.place]
      if (backend) backend.models[model] = { id: `${fault.place}/${model}`, speaks: [wire] }
      const own = { targets: [`${fault.place}/${model}`], keepAlive: 'off', timeouts: fault.timeouts }
      models[`${model}.alone`] = own
      // From a protocol that is translated the way leads to the client's own, and the other way round.
      const taking = wire === surface && wire !== 'embeddings' ? 'chat' : surface
      const form = `${streams ? 'stream' : 'whole'}.${taking}`
      models[`${model}.backed`] = {
        ...own,
        fallback: [
          { to: `other/${form}`, on: ['content-filter'] },
          { to: `large/${form}`, on: ['context'] },
          `spare/${form}`,
        ],
      }
    }
  }
  return {
    backends: { backends },
    policy: {
      models,
      // One row must not change what the next one sees.
      breaker: 'off',
      retry: { times: 1, backoff: '20ms', longestWait: '2s', budget: 100 },
      timeouts: { connect: '500ms', firstToken: '2s', idle: '500ms', total: '10s' },
    },
    clients: { clients: { home: { keys: [{ env: 'AICC_CLIENT_KEY' }], models: '*' } } },
  }
}

/** A port on which nobody listens. */
async function closedPort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

const PATHS = {
  chat: '/v1/chat/completions',
  embeddings: '/v1/embeddings',
  messages: '/v1/messages',
  responses: '/v1/responses',
} as const

function bodyOf(kind: Kind, model: string): Record<string, unknown> {
  const { surface, streams } = KIND_TRAITS[kind]
  const stream = streams ? { stream: true } : {}
  if (surface === 'embeddings' || surface === 'responses') return { model, input: 'hi', ...stream }
  const messages = [{ role: 'user', content: 'hi' }]
  return { model, messages, ...(surface === 'messages' && { max_tokens: 9 }), ...stream }
}

interface Told {
  type?: string
  code?: string
  error?: { code?: string; type?: string }
}

/** Code of an error in OpenAI's shape, its type in Anthropic's; null where it is none. */
function codeIn({ type, code, error }: Told): string | null {
  if (type === 'error') return code ?? error?.type ?? null
  return error?.code ?? null
}

/** What became of a call, of which its answer and its headers tell. */
function outcomeOf(answer: Answer): Outcome {
  const { status, headers, text } = answer
  const frames = [...text.matchAll(/^data: (\{.*\})$/gm)].map(
    ([, data]) => JSON.parse(data ?? '{}') as unknown,
  )
  const last: unknown = status === 200 ? frames.at(-1) : answer.json()
  return {
    status,
    code: last === undefined ? null : codeIn(last as Told),
    attempts: Number(headers['x-aicc-attempts']),
    by: status === 200 ? (headers['x-aicc-backend'] as Outcome['by']) : null,
    failed: String(headers['x-aicc-failed'] ?? '')
      .split(', ')
      .map((failure) => failure.split(' ')[1] ?? '')
      .join(' '),
  }
}

describe.each<Runtime>(['workerd', 'node'])('on %s', (runtime) => {
  const bench = {} as { upstream: RecordingUpstream; hole: BlackHole; gateway: Gateway; client: Client }
  const seen: { name: string; kind: Kind; how: 'alone' | 'backed'; outcome: Outcome; asked: string[] }[] = []

  beforeAll(async () => {
    bench.upstream = await startUpstream()
    bench.hole = await openBlackHole()
    const ports = { refused: await closedPort(), hole: bench.hole.port }
    bench.gateway = await startGateway({ runtime, ...policiesFor(bench.upstream.origin, ports) })
    bench.client = createClient(bench.gateway)
    for (const name of SPARES) {
      for (const wire of WIRE_NAMES) {
        bench.upstream.reply(`${name}/stream.${wire}`, [{ send: WIRES[wire].stream }])
        bench.upstream.reply(`${name}/whole.${wire}`, WIRES[wire].whole)
      }
    }
    for (const fault of FAULTS) {
      for (const kind of fault.kinds) {
        const reply = fault.reply(WIRES[KIND_TRAITS[kind].wire])
        bench.upstream.reply(`${fault.place}/${modelOf(fault, kind)}`, reply)
      }
    }
  })

  afterAll(async () => {
    bench.client?.close()
    await bench.gateway?.stop()
    bench.hole?.close()
    await bench.upstream?.close()
    // In the order of the rows, whichever was done first.
    console.log(
      renderMatrix(
        runtime,
        seen.toSorted((a, b) => placeOf(a) - placeOf(b)),
      ),
    )
  })

  it.concurrent.each(CASES)('$fault.name, $kind, $how', async ({ fault, kind, how }) => {
    const { upstream, client } = bench
    const id = randomUUID()
    const answer = await client.call({
      path: PATHS[KIND_TRAITS[kind].surface],
      headers: { 'x-correlation-id': id },
      body: bodyOf(kind, `${modelOf(fault, kind)}.${how}`),
    })
    const asked = upstream.requests
      .filter(({ headers }) => headers['x-correlation-id'] === id)
      .map(({ model }) => model.slice(0, model.indexOf('/')))
    const outcome = outcomeOf(answer)
    seen.push({ name: fault.name, kind, how, outcome, asked })
    expect(outcome, answer.text).toEqual(outcomeFor(fault, kind, how))
    expect(withoutResent(asked, fault)).toEqual(expectedAsked(fault, how))
    if (outcome.status === 429) expect(answer.headers['retry-after']).toBeDefined()
    const { streams, surface } = KIND_TRAITS[kind]
    if (streams && outcome.status === 200) {
      expect(answer.headers['content-type']).toMatch(/^text\/event-stream/)
      // Whatever happened, the last thing said is an error or the end: never a silent close.
      expect(answer.text).toMatch(outcome.code === null ? ENDS[surface] : /"error"/)
    }
  })
})

const ENDS = {
  chat: /data: \[DONE\]\n\n$/,
  embeddings: /$/,
  messages: /event: message_stop\ndata: .*\n\n$/,
  responses: /event: response\.(?:completed|incomplete)\ndata: .*\n\n$/,
} as const

function placeOf({ name, kind }: { name: string; kind: Kind }): number {
  return FAULTS.findIndex((fault) => fault.name === name) * KINDS.length + KINDS.indexOf(kind)
}

/** Requests that reached a host that answers. */
function expectedAsked(fault: Fault, how: 'alone' | 'backed'): string[] {
  const { attempts, by, status } = fault[how]
  const elsewhere = status === 200 && by !== 'main' ? [String(by)] : []
  const first =
    fault.place === 'main' ? Array.from({ length: attempts - elsewhere.length }, () => 'main') : []
  return [...first, ...elsewhere]
}

/** On a connection that had served before the same request is sent once more: whether it had is not the row's. */
function withoutResent(asked: string[], { name }: Fault): string[] {
  const most = asked.filter((backend) => backend === 'main').length
  return name === 'cut before the headers' && most === 3 ? asked.slice(1) : asked
}
