/**
 * A real LiteLLM that traces to the Langfuse that the gateway traces to, by each of its callbacks: what it sends stands in
 * the gateway's trace, counts tokens once, changes nothing of the trace, and has no text where there may be none.
 */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Gateway, type Runtime, startGateway } from '../conformance/harness/start-gateway.ts'
import { documentNote } from '../telemetry/langfuse-document.ts'
import { createStandIn, type LangfuseStandIn, type Observation } from '../telemetry/langfuse-stand-in.ts'
import {
  CALLBACKS,
  type Callback,
  HUSHED_KEY,
  type JoinedWorld,
  KEYS,
  policiesFor,
  REFUSAL,
  SECRETS,
  startJoinedWorld,
  TOKENS,
} from './joined-world.ts'
import { MASTER_KEY } from './litellm-proxy.ts'
import { pythonEnvironment } from './python-environment.ts'

const RUNTIMES: readonly Runtime[] = ['workerd', 'node']
const ARRIVES = { timeout: 20_000, interval: 50 }
const python = await pythonEnvironment('litellm')
if ('missing' in python) console.log(`joined traces are skipped: ${python.missing}`)

type Body = Readonly<Record<string, unknown>>

interface Surface {
  path: string
  fields: (text: string) => Body
}

const said = (content: string): Body => ({ messages: [{ role: 'user', content }] })
const streamed = { stream: true, stream_options: { include_usage: true } }
const SURFACES: Readonly<Record<string, Surface>> = {
  chat: { path: '/v1/chat/completions', fields: said },
  stream: { path: '/v1/chat/completions', fields: (text) => ({ ...said(text), ...streamed }) },
  parameters: { path: '/v1/chat/completions', fields: (text) => ({ ...said(text), ...beside(text) }) },
  responses: { path: '/v1/responses', fields: (input) => ({ input }) },
  messages: { path: '/v1/messages', fields: (text) => ({ ...said(text), max_tokens: 20 }) },
  completions: { path: '/v1/completions', fields: (prompt) => ({ prompt }) },
  embeddings: { path: '/v1/embeddings', fields: (input) => ({ input }) },
}
/** And one that the provider refuses, saying why. */
const REFUSED = 'refused'
const TRANSCRIPTION = 'transcription'
const NAMES = Object.keys(SURFACES)

/** Requests whose trace may hold all text, whose trace may hold none, and with a label, all by the same callbacks. */
const MANNERS = ['full', 'metadata-only', 'labelled'] as const
type Manner = (typeof MANNERS)[number]

/** What each request of a manner says, and no other. */
const canaryOf = (runtime: Runtime, callback: Callback, manner: Manner): string =>
  `canary-${runtime}-${callback}-${manner}`

interface Asked {
  callback: Callback
  manner: Manner
  name: string
}

describe.skipIf('missing' in python)(`a LiteLLM that traces itself${documentNote}`, () => {
  let langfuse: LangfuseStandIn
  let world: JoinedWorld

  beforeAll(async () => {
    langfuse = await createStandIn('4.16.0', KEYS)
    await langfuse.up()
    world = await startJoinedWorld('bin' in python ? python.bin : '', langfuse)
  })

  afterAll(async () => {
    await world?.stop()
    await langfuse?.down()
  })

  describe.each(RUNTIMES)('on %s', (runtime) => {
    let gateways: Record<'full' | 'metadata-only', Gateway>

    const start = (content: 'full' | 'metadata-only'): Promise<Gateway> => {
      const policies = policiesFor(world.litellms, { langfuse: langfuse.url, content })
      return startGateway({ runtime, ...policies, env: SECRETS })
    }
    const correlation = (callback: Callback, manner: Manner, name: string): string =>
      `${runtime}-${callback}-${manner}-${name}`

    /** @returns what the answer says */
    const send = async (
      { callback, manner, name }: Asked,
      { path, body, headers }: { path: string; body: string | FormData; headers?: Record<string, string> },
    ): Promise<{ status: number; text: string }> => {
      const { run, clientKey } = gateways[manner === 'labelled' ? 'full' : manner]
      const key = manner === 'labelled' ? HUSHED_KEY : clientKey
      const response = await fetch(`http://127.0.0.1:${run.http.port}${path}`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${key}`,
          'x-correlation-id': correlation(callback, manner, name),
          'x-session-id': 'run-7',
          ...headers,
        },
        body,
      })
      return { status: response.status, text: await response.text() }
    }

    const transcribe = async (callback: Callback, manner: Manner): Promise<void> => {
      const transcript = `${canaryOf(runtime, callback, manner)}.wav`
      const body = new FormData()
      body.set('model', `${callback}-scribe`)
      body.set('file', new File(['a sound'], transcript))
      const answer = await send(
        { callback, manner, name: TRANSCRIPTION },
        { path: '/v1/audio/transcriptions', body },
      )
      expect(answer.text).toContain(transcript)
    }

    const ask = async (callback: Callback, manner: Manner, name: string): Promise<void> => {
      const { path, fields } = SURFACES[name] ?? { path: '/v1/chat/completions', fields: said }
      const model = `${callback}-${name === REFUSED ? 'refusing' : 'relay'}`
      const answer = await send(
        { callback, manner, name },
        {
          path,
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ model, ...fields(canaryOf(runtime, callback, manner)) }),
        },
      )
      expect(answer.status, `${name} by ${callback}: ${answer.text}`).toBe(name === REFUSED ? 400 : 200)
    }

    beforeAll(async () => {
      gateways = { full: await start('full'), 'metadata-only': await start('metadata-only') }
      const asked = CALLBACKS.flatMap((callback) =>
        MANNERS.flatMap((manner) => [...NAMES, REFUSED].map((name) => ask(callback, manner, name))),
      )
      const transcribed = CALLBACKS.flatMap((callback) =>
        MANNERS.map((manner) => transcribe(callback, manner)),
      )
      await Promise.all([...asked, ...transcribed])
      await Promise.all(CALLBACKS.map((callback) => settled(callback)))
    })

    afterAll(async () => {
      for (const gateway of Object.values(gateways ?? {})) await gateway.stop()
    })

    /** Waits until a callback has sent what it was told of so far: it sends in turn. */
    const settled = async (callback: Callback): Promise<void> => {
      const marker = `direct-${crypto.randomUUID()}`
      const response = await fetch(`${world.litellms[callback].origin}/v1/chat/completions`, {
        method: 'POST',
        headers: { authorization: `Bearer ${MASTER_KEY}`, 'content-type': 'application/json' },
        body: JSON.stringify({ model: 'relay', ...said(marker) }),
      })
      expect(response.status, await response.text()).toBe(200)
      // Nobody told it to leave the text out: where it does not arrive, what is missing elsewhere says nothing.
      await vi.waitUntil(() => langfuse.received.some((one) => one.includes(marker)), ARRIVES)
    }

    /** Of a request, once both parts of it are there. */
    const traceOf = async (callback: Callback, manner: Manner, name: string): Promise<Observation[]> => {
      const id = correlation(callback, manner, name)
      const isIts = ({ fields }: Observation): boolean =>
        fields['langfuse.trace.metadata.correlation_id'] === id
      const trace = (): Observation[] => {
        const traceId = langfuse.observations.find(isIts)?.traceId
        return langfuse.observations.filter((one) => one.traceId === traceId)
      }
      const isWhole = (): boolean =>
        trace().some(isIts) && (manner !== 'full' || theirGenerations(trace()).length > 0)
      await expect.poll(isWhole, { message: id }).toBe(true)
      return trace()
    }

    describe.each(CALLBACKS)('by %s', (callback) => {
      it.each([...NAMES, REFUSED])('has one generation, below our attempt: %s', async (name) => {
        const trace = await traceOf(callback, 'full', name)
        const roots = trace.filter(({ parent }) => parent === null)
        expect(roots.map(({ isForeign }) => isForeign)).toEqual([false])
        const attempts = trace.filter(({ isForeign, parent }) => !isForeign && parent === roots[0]?.id)
        const generations = trace.filter(({ type }) => type === 'generation')
        expect(generations.map(({ isForeign }) => isForeign)).toEqual([true])
        expect(generations.map((one) => ancestorsOf(one, trace))).toEqual([
          expect.arrayContaining([attempts.at(-1)?.id, roots[0]?.id]),
        ])
      })

      it.each(NAMES)('counts tokens, and has the text: %s', async (name) => {
        const generations = theirGenerations(await traceOf(callback, 'full', name))
        expect(generations.map(tokensOf)).toEqual([TOKENS])
        expect(JSON.stringify(generations)).toContain(canaryOf(runtime, callback, 'full'))
      })

      it.each([...NAMES, REFUSED])('changes nothing of the trace: %s', async (name) => {
        const trace = await traceOf(callback, 'full', name)
        expect(trace.filter(({ isForeign }) => isForeign).flatMap(saysOfTheTrace)).toEqual([])
      })

      it.each<Manner>(['metadata-only', 'labelled'])('has no generation of its own: %s', async (manner) => {
        for (const name of NAMES) {
          const trace = await traceOf(callback, manner, name)
          const generations = trace.filter(({ type }) => type === 'generation')
          expect(generations.map(({ isForeign }) => isForeign)).toEqual([false])
          expect(generations.map(tokensOf)).toEqual([TOKENS])
        }
      })

      it('has its generation of a transcription below our attempt', async () => {
        const trace = await traceOf(callback, 'full', TRANSCRIPTION)
        const roots = trace.filter(({ parent }) => parent === null)
        const generations = trace.filter(({ type }) => type === 'generation')
        expect([roots, generations].map((all) => all.map(({ isForeign }) => isForeign))).toEqual([
          [false],
          [true],
        ])
        expect(generations.map((one) => ancestorsOf(one, trace).at(-1))).toEqual([roots[0]?.id])
        expect(trace.filter(({ isForeign }) => isForeign).flatMap(saysOfTheTrace)).toEqual([])
      })

      it.each<Manner>(['metadata-only', 'labelled'])('has no text: %s', (manner) => {
        const canary = canaryOf(runtime, callback, manner)
        // Of transcripts, `langfuse_otel` without V2 tells all the same: `docs/langfuse.md` says so.
        const told = langfuse.received.filter((one) => one.includes(canary))
        const others = told.filter(
          (one) => callback !== 'v1' || one.replaceAll(`${canary}.wav`, '').includes(canary),
        )
        expect(others).toEqual([])
      })
    })

    it('tells no traces of whom a provider has refused but where it may hold all text', () => {
      const told = langfuse.observations.filter((one) => JSON.stringify(one.fields).includes(REFUSAL))
      const tellers = langfuse.observations.filter(({ traceId }) =>
        told.some((one) => one.traceId === traceId),
      )
      const of = tellers.map(({ fields }) => fields['langfuse.trace.metadata.correlation_id'])
      const here = of.filter((id) => typeof id === 'string' && id.startsWith(runtime))
      expect(new Set(here)).toEqual(new Set(CALLBACKS.map((one) => correlation(one, 'full', REFUSED))))
    })

    it('tells providers nothing of clients and traces', () => {
      const bodies = world.provider.requests.map(({ body }) => body.toString()).join('\n')
      expect(bodies).toContain(canaryOf(runtime, 'classic', 'full'))
      expect(bodies).not.toMatch(/trace_id|run-7|"crew"/)
    })

    it('is understood by Langfuse', () => {
      expect(langfuse.problems).toEqual([])
    })
  })
})

/** Members besides the messages that text can be in. */
function beside(text: string): Body {
  const parameters = { type: 'object', properties: { city: { type: 'string', description: text } } }
  return {
    tools: [{ type: 'function', function: { name: 'weather', description: text, parameters } }],
    stop: [text],
    response_format: { type: 'json_schema', json_schema: { name: 'x', schema: { description: text } } },
    prediction: { type: 'content', content: text },
  }
}

function theirGenerations(trace: readonly Observation[]): Observation[] {
  return trace.filter(({ isForeign, type }) => isForeign && type === 'generation')
}

/** Ids of all above it in its trace. */
function ancestorsOf({ parent }: Observation, trace: readonly Observation[]): string[] {
  const above = trace.find(({ id }) => id === parent)
  return above === undefined ? [] : [above.id, ...ancestorsOf(above, trace)]
}

/** As each callback says it. */
function tokensOf({ fields }: Observation): unknown {
  const usage = fields['langfuse.observation.usage_details']
  if (typeof usage !== 'string') return fields['llm.token_count.total']
  const { input = 0, output = 0 } = JSON.parse(usage) as Record<string, number>
  return input + output
}

/** What Langfuse would take for a word on the trace, and differs from what the gateway says of it. */
function saysOfTheTrace({ fields }: Observation): string[] {
  const ours: Record<string, unknown> = { 'user.id': 'crew', 'session.id': 'run-7' }
  const ofTrace = /^(?:user\.id|session\.id|langfuse\.(?:release|trace\.(?:name|input|output|public)))$/
  return Object.entries(fields)
    .filter(([key, value]) => ofTrace.test(key) && ours[key] !== value)
    .map(([key, value]) => `${key}: ${String(value)}`)
}
