/** What a LiteLLM says that a request has cost, in the record of it. */
import { expect, it } from 'vitest'
import { createApp } from '../../src/app.ts'
import type { BackendKind, Target } from '../../src/table/route-table.ts'
import { AUTHORIZED, makeActive, makeBackend, makeModel, makeTable, makeTarget } from './make-snapshot.ts'
import { scriptedPorts } from './scripted-ports.ts'

const COMPLETION = {
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1,
  model: 'm',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hello' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 7, completion_tokens: 2, total_tokens: 9 },
}

/** Nano-USD a token. */
const PRICE: Target['price'] = { input: 10, cachedInput: 10, output: 100 }

interface Told {
  name: string
  told: string
  price?: Target['price']
  kind?: BackendKind
  fails?: boolean
  status?: number
  cost: number | null
}

it.each<Told>([
  { name: 'counts where the policy has no price', told: '0.0000021', cost: 2100 },
  { name: 'gives way to the price of the policy', told: '0.0000021', price: PRICE, cost: 270 },
  { name: 'may be nothing', told: '0.0', cost: 0 },
  { name: 'is none where it is no number', told: 'None', cost: null },
  { name: 'is none where it is empty', told: '', cost: null },
  { name: 'is none below nothing', told: '-1', cost: null },
  { name: 'is none beyond all measure', told: '1e300', cost: null },
  { name: 'is none of a backend of another kind', told: '0.0000021', kind: 'openai', cost: null },
  { name: 'is none of a backend that failed', told: '0.0000021', fails: true, cost: null },
  { name: 'is none of a request that failed', told: '0.0000021', fails: true, status: 502, cost: null },
])('$name', async ({ told, price = null, kind = 'litellm', fails = false, status = 200, cost }) => {
  const table = makeTable({
    backends: { gpu: makeBackend({ kind }), spare: makeBackend() },
    targets: {
      'gpu/coder': makeTarget({ price }),
      'spare/small': makeTarget({ backend: 'spare', model: 'small' }),
    },
    models: {
      safe: makeModel({ fallback: status === 200 ? [{ target: 'spare/small', on: ['error'] }] : [] }),
    },
    names: { safe: 'safe' },
  })
  const headers = { 'x-litellm-response-cost': told }
  const ports = scriptedPorts(makeActive(table), {
    gpu: () => Response.json(COMPLETION, { status: fails ? 500 : 200, headers }),
    spare: () => Response.json(COMPLETION, { status }),
  })
  const answer = await createApp(ports).fetch(
    new Request('http://localhost/v1/chat/completions', {
      method: 'POST',
      headers: { host: 'localhost', 'content-type': 'application/json', ...AUTHORIZED },
      body: '{"model":"safe","messages":[{"role":"user","content":"hi"}]}',
    }),
  )
  expect(answer.status).toBe(status === 200 ? 200 : 502)
  await answer.text()
  await Promise.all(ports.deferred)
  expect(ports.records.map((record) => record.cost)).toEqual([cost])
})
