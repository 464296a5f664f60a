/** Whole answers of backends that speak another protocol than the client. */
import { expect, it } from 'vitest'
import { forwardBuffered } from '../../../../src/pipeline/forward/forward-buffered.ts'
import { NO_TALLY } from '../../../../src/pipeline/meter/tally.ts'
import { makeModel } from '../../make-snapshot.ts'
import type { Backend } from '../../scripted-ports.ts'
import { makeExchange, type TestExchange } from './make-exchange.ts'

const BODY = '{"model":"safe","max_tokens":9,"messages":[{"role":"user","content":"hi"}]}'
const MIB = 1024 * 1024

function completion(content: string): object {
  const message = { role: 'assistant', content }
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1,
    model: 'm',
    choices: [{ index: 0, message, finish_reason: 'stop' }],
    usage: { prompt_tokens: 7, completion_tokens: 2, total_tokens: 9 },
  }
}

function exchangeWith(gpu: Backend, bill = NO_TALLY): TestExchange {
  const spare: Backend = () => Response.json(completion('from the spare'))
  return makeExchange({ gpu, spare }, { surface: 'messages', body: BODY, model: makeModel(), bill })
}

it.each([
  { name: 'a short one', text: 'hi' },
  { name: 'one that would go through in pieces', text: 'x'.repeat(2 * MIB) },
])('are translated whole: $name', async ({ text }) => {
  const told: number[] = []
  const bill = { ...NO_TALLY, answer: (bytes: Uint8Array) => void told.push(bytes.byteLength) }
  const wire = JSON.stringify(completion(text))
  const gpu: Backend = () => new Response(wire, { headers: { 'content-type': 'application/json; v=1' } })
  const response = await forwardBuffered(exchangeWith(gpu, bill))
  expect(response.headers.get('content-type')).toBe('application/json')
  expect(await response.json()).toMatchObject({ type: 'message', content: [{ type: 'text', text }] })
  expect(told).toEqual([wire.length])
})

it.each<{ name: string; gpu: Backend }>([
  { name: 'too large a one', gpu: () => Response.json(completion('x'.repeat(17 * MIB))) },
  { name: 'one that makes no sense', gpu: () => Response.json({ object: 'chat.completion' }) },
  { name: 'no object', gpu: () => Response.json(['x']) },
  { name: 'an error inside a 200', gpu: () => Response.json({ error: { message: 'no' } }) },
])('are asked for elsewhere: $name', async ({ gpu }) => {
  const exchange = exchangeWith(gpu)
  const response = await forwardBuffered(exchange)
  expect(await response.json()).toMatchObject({ content: [{ text: 'from the spare' }] })
  expect(exchange.answerHeaders['x-aicc-failed']).toBe('gpu/coder error')
})
