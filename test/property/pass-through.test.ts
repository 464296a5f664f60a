import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { createApp } from '../../src/app.ts'
import { AUTHORIZED, makeActive } from '../src/make-snapshot.ts'
import { scriptedPorts } from '../src/scripted-ports.ts'
import { cuts, splitBytes } from './split-bytes.ts'

const prelude = fc.constantFrom(
  'data: {"choices":[{"delta":{"role":"assistant","content":""}}]}',
  'data: {"choices":[],"usage":{"total_tokens":3}}',
  ': comment',
  'event: x\nid: 7\ndata: {"choices":[]}',
)
const content = fc
  .record({ content: fc.string({ unit: 'binary', minLength: 1 }), more: fc.json({ maxDepth: 2 }) })
  .map(({ content: text, more }) => {
    return `data:{"choices":[{"delta":${JSON.stringify({ content: text })}}],"x":${more}}`
  })

/**
 * A stream that is complete, with line ends of one kind. Its last event may lack the blank line; not so its
 * first content, for an event that never ended is none.
 */
const stream = fc
  .record({
    before: fc.array(prelude, { maxLength: 3 }),
    first: content,
    after: fc.array(fc.oneof(prelude, content), { maxLength: 10 }),
    end: fc.constantFrom('\n', '\r\n', '\r'),
    blank: fc.boolean(),
  })
  .map(({ before, first, after, end, blank }) => {
    const text = [...before, first, ...after, 'data: [DONE]'].join('\n\n') + (blank ? '\n\n' : '')
    return new TextEncoder().encode(text.replaceAll('\n', end))
  })

it('a client receives the bytes that its backend sent, whatever they say and however they come', async () => {
  await fc.assert(
    fc.asyncProperty(stream, cuts, async (bytes, places) => {
      const chunks = splitBytes(bytes, places).filter((chunk) => chunk.byteLength > 0)
      const ports = scriptedPorts(makeActive(), {
        gpu: () => {
          const body = new ReadableStream<Uint8Array>({
            pull(controller) {
              const chunk = chunks.shift()
              if (chunk === undefined) controller.close()
              else controller.enqueue(chunk)
            },
          })
          return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
        },
      })
      const response = await createApp(ports).fetch(
        new Request('http://localhost/v1/chat/completions', {
          method: 'POST',
          headers: { ...AUTHORIZED, host: 'localhost', 'content-type': 'application/json' },
          body: '{"model":"fast","stream":true}',
        }),
      )
      expect(response.status).toBe(200)
      expect(Buffer.from(await response.arrayBuffer())).toEqual(Buffer.from(bytes))
      await Promise.all(ports.deferred)
      expect(ports.events).toEqual([])
    }),
    { numRuns: 150 },
  )
})
