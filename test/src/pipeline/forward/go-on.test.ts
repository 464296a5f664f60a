/** Streams that break behind their first content, of models that go on. */
import { describe, expect, it, vi } from 'vitest'
import { makeModel } from '../../make-snapshot.ts'
import type { Backend } from '../../scripted-ports.ts'
import type { ServedModel } from '../../../../src/table/route-table.ts'
import { chunk, DONE, frame, ROLE, text } from '../../../upstream/reply.ts'
import {
  byHand,
  errorFrame,
  letRun,
  silent,
  startStream,
  STOP,
  streaming,
  TIMEOUTS,
  useStreamRuns,
} from './stream-run.ts'

useStreamRuns()

const model = makeModel({ timeouts: TIMEOUTS, keepAliveMs: 0, onBreak: 'continue' })
const BODY = '{"model":"safe","stream":true,"messages":[{"role":"user","content":"Count."}]}'
const WANTS_JSON = BODY.replace('"stream"', '"response_format":{"type":"json_object"},"stream"')
const SECOND = streaming(
  ROLE.replaceAll('mock', 'other') + text('three').replaceAll('mock', 'other') + STOP + DONE,
)

interface Broken {
  how?: string
  body?: string
  second?: Backend
  onBreak?: ServedModel['onBreak']
}

async function breakAfter(
  begun: string,
  { how = 'cut', body = BODY, second = SECOND, onBreak = 'continue' }: Broken = {},
): Promise<ReturnType<typeof startStream>> {
  const { backend, streams } = byHand()
  const run = startStream({ gpu: backend, spare: second }, { body, model: { ...model, onBreak } })
  await letRun()
  await streams[0]?.send(begun)
  await letRun()
  if (how === 'cut') await streams[0]?.break()
  else if (how === 'end') await streams[0]?.end()
  else await vi.advanceTimersByTimeAsync(TIMEOUTS.idleMs + 1000)
  await letRun()
  return run
}

describe('a stream that breaks', () => {
  it.each(['cut', 'end', 'stall'])('is gone on with elsewhere, as one answer: %s', async (how) => {
    const run = await breakAfter(ROLE + text('one, ') + text('two, '), { how })
    expect(run.received()).toBe(ROLE + text('one, ') + text('two, ') + text('three') + STOP + DONE)
    expect(run.ended()).toBe('closed')
    const [, asked] = run.exchange.ports.calls
    expect(asked?.backend).toBe('spare')
    expect(JSON.parse(asked?.request.body ?? '')).toEqual({
      model: 'llama3.2',
      stream: true,
      messages: [
        { role: 'user', content: 'Count.' },
        { role: 'assistant', content: 'one, two, ' },
      ],
    })
    expect(run.exchange.ports.events.map(({ event, backend }) => [event, backend])).toEqual([
      ['attempt-failed', 'gpu'],
      ['stream-continued', 'spare'],
    ])
  })

  it('gives the messages as rules have changed them', async () => {
    const { backend, streams } = byHand()
    const changes = {
      replaced: new Map([['messages', '[{"role":"user","content":"[MAIL]"}]']]),
      added: '"seed":1',
    }
    const run = startStream({ gpu: backend, spare: SECOND }, { body: BODY, model, changes })
    await letRun()
    await streams[0]?.send(ROLE + text('one'))
    await streams[0]?.break()
    await letRun()
    expect(JSON.parse(run.exchange.ports.calls[1]?.request.body ?? '')).toMatchObject({
      seed: 1,
      messages: [{ content: '[MAIL]' }, { role: 'assistant', content: 'one' }],
    })
  })

  it('leaves out half an event', async () => {
    const run = await breakAfter(`${ROLE}${text('one')}data: {"choices":[{"delta":{"con`)
    expect(run.received()).toBe(ROLE + text('one') + text('three') + STOP + DONE)
  })

  it.each([
    { name: 'a tool call has begun', begun: ROLE + chunk({ delta: { tool_calls: [{ index: 0 }] } }) },
    { name: 'the policy says nothing of it', begun: ROLE + text('one'), onBreak: 'terminate' as const },
    { name: 'the request wants JSON', begun: ROLE + text('{'), body: WANTS_JSON },
  ])('ends with an error frame when $name', async ({ begun, onBreak, body }) => {
    const run = await breakAfter(begun, { ...(onBreak && { onBreak }), ...(body !== undefined && { body }) })
    expect(run.exchange.ports.calls).toHaveLength(1)
    expect(run.received()).toMatch(errorFrame('upstream_interrupted'))
  })

  it('ends with an error frame when the one that goes on breaks as well: once is enough', async () => {
    const run = await breakAfter(ROLE + text('one, '), { second: streaming(ROLE + text('two, ')) })
    expect(run.exchange.ports.calls).toHaveLength(2)
    expect(run.received()).toContain('two, ')
    expect(run.received()).toMatch(errorFrame('upstream_interrupted'))
  })

  it('ends with an error frame when nobody goes on', async () => {
    const run = await breakAfter(ROLE + text('one'), { second: silent })
    await vi.advanceTimersByTimeAsync(TIMEOUTS.firstTokenMs + 1000)
    expect(run.received()).toMatch(errorFrame('upstream_timeout'))
    expect(run.ended()).toBe('closed')
  })

  it('ends with what the backend said of its failure', async () => {
    const failure = frame({ error: { message: 'out of memory', code: 'oom' } })
    const run = await breakAfter(ROLE + text('one') + failure, { how: 'end' })
    expect(run.exchange.ports.calls).toHaveLength(1)
    expect(run.received()).toContain('out of memory')
  })
})
