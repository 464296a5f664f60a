/** How many tokens an answer has whose backend does not say. */
import { isRecord } from '../../protocols/json-object.ts'

/** Of a larger one its size is estimate enough. */
const LARGEST_PARSED = 256 * 1024
const BYTES_PER_TOKEN = 4

const decoder = new TextDecoder()

/** @param answer a whole answer that was not streamed, of chat or completions */
export function estimateAnswer(answer: Uint8Array): number {
  if (answer.byteLength > LARGEST_PARSED) return Math.ceil(answer.byteLength / BYTES_PER_TOKEN)
  let parsed: unknown
  try {
    parsed = JSON.parse(decoder.decode(answer))
  } catch {
    return 0
  }
  const choices: unknown = isRecord(parsed) ? parsed['choices'] : null
  if (!Array.isArray(choices)) return 0
  return Math.ceil(choices.reduce((sum: number, choice) => sum + lengthOf(choice), 0) / BYTES_PER_TOKEN)
}

/** Characters of all that the model wrote: text, reasoning, tool calls. */
function lengthOf(choice: unknown): number {
  if (!isRecord(choice)) return 0
  const { text, message } = choice
  if (typeof text === 'string') return text.length
  if (!isRecord(message)) return 0
  return Object.entries(message).reduce((sum, [key, value]) => {
    if (key === 'role' || value === null || value === undefined) return sum
    return sum + (typeof value === 'string' ? value.length : JSON.stringify(value).length)
  }, 0)
}
