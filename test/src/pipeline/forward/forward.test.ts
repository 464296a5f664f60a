import { describe, expect, it } from 'vitest'
import { forward } from '../../../../src/pipeline/forward/forward.ts'
import { makeExchange } from './make-exchange.ts'

describe('forward', () => {
  it.each([
    { surface: 'chat', status: 502 },
    { surface: 'completions', status: 502 },
    // An embedding is never streamed: the field means nothing there and the answer is JSON.
    { surface: 'embeddings', status: 200 },
  ] as const)('takes a JSON answer to `stream: true` on $surface as $status', async (row) => {
    const json = { 'content-type': 'application/json' }
    const exchange = makeExchange(
      { gpu: () => new Response('{}', { headers: json }) },
      { surface: row.surface, body: '{"model":"safe","stream":true}' },
    )
    const response = await forward(exchange)
    exchange.watch.stop()
    expect(response.status).toBe(row.status)
  })
})
