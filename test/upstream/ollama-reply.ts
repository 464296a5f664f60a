/** What an Ollama says at its own `/api/chat`, for the mock upstream. */
import { json, type Reply } from './reply.ts'

const HEAD = { model: 'mock', created_at: '2026-08-21T10:00:00Z' }
const END = { done: true, done_reason: 'stop', prompt_eval_count: 5, eval_count: 2 }

/** Status and type of a stream. */
export const OLLAMA_HEAD: Reply = [{ head: 200, headers: { 'content-type': 'application/x-ndjson' } }]

/** One line. */
export function ollamaLine(content: string): string {
  return `${JSON.stringify({ ...HEAD, message: { role: 'assistant', content }, done: false })}\n`
}

export const OLLAMA_END: string = `${JSON.stringify({ ...HEAD, message: { role: 'assistant', content: '' }, ...END })}\n`

/** An answer that is not streamed. */
export function ollamaAnswer(content: string): Reply {
  return json(200, { ...HEAD, message: { role: 'assistant', content }, ...END })
}
