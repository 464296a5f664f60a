import { expect, it } from 'vitest'
import { linesAsEvents } from '../../../src/protocols/ndjson.ts'

const encoder = new TextEncoder()

async function read(pieces: readonly string[]): Promise<string> {
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const piece of pieces) controller.enqueue(encoder.encode(piece))
      controller.close()
    },
  })
  const reader = linesAsEvents(stream.getReader())
  const decoder = new TextDecoder()
  let text = ''
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return text
    text += decoder.decode(value, { stream: true })
  }
}

const EVENTS = 'data: {"a":"é"}\n\ndata: {"b":2}\n\n'

it.each([
  { name: 'lines', text: '{"a":"é"}\n{"b":2}\n', events: EVENTS },
  { name: 'a last line without an end', text: '{"a":"é"}\n{"b":2}', events: EVENTS },
  { name: 'empty lines between', text: '\n{"a":"é"}\n\n\n{"b":2}\n\n', events: EVENTS },
  {
    name: 'lines that end in CRLF',
    text: '{"a":"é"}\r\n{"b":2}\r\n',
    events: 'data: {"a":"é"}\r\n\ndata: {"b":2}\r\n\n',
  },
  { name: 'nothing', text: '', events: '' },
])('reads $name as events, however they are cut', async ({ text, events }) => {
  expect(await read([text])).toBe(events)
  for (let at = 1; at < text.length; at += 1) {
    expect(await read([text.slice(0, at), text.slice(at)]), `cut at ${at}`).toBe(events)
  }
  expect(await read(Array.from(text))).toBe(events)
})
