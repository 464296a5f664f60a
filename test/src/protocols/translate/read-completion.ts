/** What OpenAI's own client makes of a chat answer: the judge of what clients see. */
import OpenAI from 'openai'
import { answerOf } from './answer-of.ts'

/** @param pieces of server-sent events, or of one JSON object */
export function readCompletion(
  pieces: readonly Uint8Array[],
  isStreamed: boolean,
): Promise<OpenAI.ChatCompletion> {
  const client = new OpenAI({
    apiKey: 'test',
    maxRetries: 0,
    fetch: () => Promise.resolve(answerOf(pieces, isStreamed)),
  })
  const request = { model: 'm', messages: [{ role: 'user' as const, content: 'hi' }] }
  if (!isStreamed) return client.chat.completions.create(request)
  return client.chat.completions.stream(request).finalChatCompletion()
}
