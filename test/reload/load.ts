/** Steady load on a gateway: streams that are always open, and short calls at a constant rate. Judges each answer. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { ErrorBody } from '../../src/errors.ts'
import { askOf, collect, streamOf, type Client, type OpenAnswer } from '../conformance/harness/client.ts'

/** Which model must answer, by the digest of the table that decided. */
export type Expected = ReadonlyMap<string, string>

export interface LoadOptions {
  /** Of the streams, and of the calls: neither waits for a connection of the other. */
  clients: { streams: Client; calls: Client }
  streams: number
  callsPerSecond: number
  /** How long one stream lasts: they begin spread over this time. */
  streamMs: number
  /** Names to ask for, in turn. */
  callNames: readonly string[]
  streamName: string
  expected: Expected
}

export interface Tally {
  calls: number
  streams: number
  /** Answers that were not whole, not by one table, or not by a table that was in force. */
  failures: string[]
  /** Tables that decided, by how many answers. */
  byDigest: Map<string, number>
  /** Milliseconds of each call. */
  callMs: number[]
  /** Milliseconds between the pieces of a stream. */
  gapMs: number[]
}

export interface Load {
  tally: Tally
  /** Streams with headers in and end to come. */
  open: () => number
  /** Resolves when what was under way has ended. */
  stop: () => Promise<void>
}

export function startLoad(options: LoadOptions): Load {
  const { clients, streams, callsPerSecond, streamMs, callNames, streamName, expected } = options
  const tally: Tally = { calls: 0, streams: 0, failures: [], byDigest: new Map(), callMs: [], gapMs: [] }
  const over = new AbortController()
  let open = 0

  const judge = (what: string, answer: Pick<OpenAnswer, 'status' | 'headers'>, said: string): void => {
    const digest = String(answer.headers['x-aicc-digest'])
    const side = expected.get(digest)
    tally.byDigest.set(digest, (tally.byDigest.get(digest) ?? 0) + 1)
    const model = String(answer.headers['x-aicc-model'])
    const agrees = side !== undefined && said === side && model.startsWith(side)
    if (answer.status !== 200 || !agrees) {
      tally.failures.push(`${what}: ${answer.status}, table ${digest} wants ${side}, ${model} said ${said}`)
    }
  }
  const attempt = async (what: string, act: () => Promise<void>): Promise<void> => {
    try {
      await act()
    } catch (error) {
      tally.failures.push(`${what}: ${String(error)}`)
    }
  }
  const call = async (name: string): Promise<void> => {
    const began = performance.now()
    const answer = await clients.calls.chat(askOf(name))
    tally.callMs.push(performance.now() - began)
    tally.calls += 1
    const { id, error } = answer.json() as { id?: string; error?: ErrorBody['error'] }
    judge(name, answer, id ?? `${error?.code}: ${error?.message}`)
  }
  const stream = async (): Promise<void> => {
    const answer = await clients.streams.open({ body: streamOf(streamName) })
    open += 1
    try {
      let last = performance.now()
      answer.body.on('data', () => {
        const now = performance.now()
        tally.gapMs.push(now - last)
        last = now
      })
      const { text } = await collect(answer)
      const words = [...text.matchAll(/"content":"(\w+)"/g)].map(([, word]) => word)
      const whole = text.endsWith('data: [DONE]\n\n') && !text.includes('"error"')
      judge('stream', answer, whole ? [...new Set(words)].join('+') : `a broken stream: ${text.slice(-120)}`)
      tally.streams += 1
    } finally {
      open -= 1
    }
  }

  const callers = async (): Promise<void> => {
    const began = performance.now()
    const underWay = new Set<Promise<void>>()
    for (let i = 0; !over.signal.aborted; i += 1) {
      await sleep(Math.max(0, began + (i * 1000) / callsPerSecond - performance.now()))
      const one = attempt('call', () => call(callNames[i % callNames.length] ?? ''))
      underWay.add(one)
      void one.then(() => underWay.delete(one))
    }
    await Promise.all(underWay)
  }
  const streamer = async (i: number): Promise<void> => {
    await sleep((i * streamMs) / streams)
    while (!over.signal.aborted) await attempt('stream', stream)
  }
  const ended = Promise.all([callers(), ...Array.from({ length: streams }, (_, i) => streamer(i))])
  return {
    tally,
    open: () => open,
    stop: async () => {
      over.abort()
      await ended
    },
  }
}
