import { describe, expect, it } from 'vitest'
import { askComplexity } from '../../../../src/pipeline/forward/ask-complexity.ts'
import { createBalance } from '../../../../src/pipeline/forward/balance.ts'
import { ClientGone } from '../../../../src/pipeline/forward/client-gone.ts'
import { createSlots } from '../../../../src/pipeline/forward/slots.ts'
import { createPace } from '../../../../src/pipeline/forward/pace.ts'
import { createRetryBudget } from '../../../../src/pipeline/forward/retry-budget.ts'
import { createHealth } from '../../../../src/pipeline/forward/health.ts'
import type { Facts } from '../../../../src/table/facts.ts'
import type { Complexity } from '../../../../src/table/predicate.ts'
import type { ServedModel } from '../../../../src/table/route-table.ts'
import { makeFacts } from '../../make-facts.ts'
import { makeLabel } from '../../make-policy.ts'
import { makeActive, makeModel, makeTable, makeTarget, plainly } from '../../make-snapshot.ts'
import { type Backend, type ScriptedPorts, scriptedPorts } from '../../scripted-ports.ts'

const TIMEOUT_MS = 60

/** `judge` is asked: first in the cloud, then at home. */
function snapshotOf(timeoutMs: number, surfaces: ServedModel['surfaces']): ReturnType<typeof makeActive> {
  const base = makeTable()
  return makeActive({
    ...base,
    labels: { private: makeLabel() },
    modes: { gaming: { whenOn: 'force-only', host: null } },
    models: { ...base.models, judge: makeModel({ fallback: [plainly('spare/small')], surfaces }) },
    targets: {
      'gpu/coder': makeTarget({ mode: 'gaming' }),
      'spare/small': makeTarget({ backend: 'spare', model: 'small', id: 'llama3.2', zone: 2 }),
    },
    classify: {
      ...base.classify,
      complexity: { ...base.classify.complexity, classifier: { model: 'judge', timeoutMs } },
    },
  })
}

const says =
  (content: unknown): Backend =>
  () =>
    Response.json({ choices: [{ message: { role: 'assistant', content } }] })
const down: Backend = () => new Response('', { status: 503 })
const silent: Backend = ({ signal }) =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))))

interface Asked {
  answer: Complexity | null
  ports: ScriptedPorts
}

async function ask(
  backends: Record<string, Backend>,
  {
    facts = {},
    text = 'Prove it.',
    client = new AbortController(),
    timeoutMs = 5000,
    surfaces = null,
  }: {
    facts?: Partial<Facts>
    text?: string
    client?: AbortController
    timeoutMs?: number
    surfaces?: ServedModel['surfaces']
  } = {},
): Promise<Asked> {
  const snapshot = snapshotOf(timeoutMs, surfaces)
  const ports = scriptedPorts(snapshot, backends)
  const answer = await askComplexity(makeFacts(facts), {
    ports,
    snapshot,
    clientName: 'crew',
    correlationId: 'test-1',
    client,
    health: createHealth(),
    pace: createPace(),
    slots: createSlots(),
    retryBudget: createRetryBudget(),
    balance: createBalance(),
    asked: [{ role: 'user', kind: 'text', text, path: [] }],
  })
  return { answer, ports }
}

const backendsOf = ({ ports }: Asked): string[] => ports.calls.map(({ backend }) => backend)

describe('askComplexity', () => {
  it.each([
    { said: 'complex', answer: 'complex' },
    { said: ' **Medium**.', answer: 'medium' },
    { said: '<think>simple? no</think>\nComplex', answer: 'complex' },
    { said: 'I cannot say.', answer: null },
    { said: 'simplest', answer: null },
    { said: null, answer: null },
  ])('$said: $answer', async ({ said, answer }) => {
    expect((await ask({ gpu: says(said) })).answer).toBe(answer)
  })

  it('asks a small, fixed question about a bounded stretch of text', async () => {
    const asked = await ask({ gpu: says('simple') }, { text: `begin${'x'.repeat(100_000)}end` })
    const body = asked.ports.calls[0]?.request.body ?? ''
    expect(body.length).toBeLessThan(5000)
    expect(JSON.parse(body)).toMatchObject({ model: 'qwen3-coder', max_tokens: 16, temperature: 0 })
    expect(body).toMatch(/begin.*end/)
  })

  it.each([
    {
      name: 'the first that answers',
      backends: { gpu: says('medium'), spare: says('simple') },
      facts: {},
      asked: ['gpu'],
      answer: 'medium',
    },
    {
      name: 'the next when it is down',
      backends: { gpu: down, spare: says('simple') },
      facts: {},
      asked: ['gpu', 'spare'],
      answer: 'simple',
    },
    {
      name: 'only who may see a label',
      backends: { gpu: says('medium'), spare: says('simple') },
      facts: { labels: { private: ['pii'] } },
      asked: ['spare'],
      answer: 'simple',
    },
    {
      name: 'only who is not held back',
      backends: { gpu: says('medium'), spare: says('simple') },
      facts: { modes: ['gaming'] },
      asked: ['spare'],
      answer: 'simple',
    },
    {
      name: 'whatever the request itself wants',
      backends: { gpu: says('medium') },
      facts: { tools: true, images: true, tokens: 1e6 },
      asked: ['gpu'],
      answer: 'medium',
    },
  ])('asks $name', async ({ backends, facts, asked, answer }) => {
    const outcome = await ask(backends, {
      facts,
    })
    expect({ asked: backendsOf(outcome), answer: outcome.answer }).toEqual({ asked, answer })
  })

  it.each([
    { name: 'nobody answers', backends: { gpu: down, spare: down } },
    { name: 'the answer is no JSON', backends: { gpu: () => new Response('x') } as Record<string, Backend> },
    { name: 'the answer is odd JSON', backends: { gpu: () => Response.json([]) } as Record<string, Backend> },
    { name: 'no answer comes in time', backends: { gpu: silent }, timeoutMs: TIMEOUT_MS },
  ])('has no opinion when $name', async ({ backends, timeoutMs }) => {
    const { answer } = await ask(backends, timeoutMs === undefined ? {} : { timeoutMs })
    expect(answer).toBeNull()
  })

  it('asks nobody that does not chat', async () => {
    const outcome = await ask({ gpu: says('medium') }, { surfaces: ['embeddings'] })
    expect([outcome.answer, backendsOf(outcome)]).toEqual([null, []])
  })

  it('stops when the client goes', async () => {
    const client = new AbortController()
    const asking = ask({ gpu: silent }, { client })
    client.abort(new ClientGone())
    expect((await asking).answer).toBeNull()
  })
})
