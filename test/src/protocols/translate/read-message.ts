/** What Anthropic's own client makes of a message: the judge of what clients see. */
import Anthropic from '@anthropic-ai/sdk'
import { answerOf } from './answer-of.ts'

/** @param pieces of server-sent events, or of one JSON object */
export function readMessage(pieces: readonly Uint8Array[], isStreamed: boolean): Promise<Anthropic.Message> {
  const client = new Anthropic({
    apiKey: 'test',
    maxRetries: 0,
    fetch: () => Promise.resolve(answerOf(pieces, isStreamed)),
  })
  const request = { model: 'm', max_tokens: 10, messages: [{ role: 'user' as const, content: 'hi' }] }
  if (!isStreamed) return client.messages.create(request)
  return client.messages.stream(request).finalMessage()
}
