/** How many tokens an answer has whose backend does not say. */
import { estimateTokens } from '../classify/estimate-tokens.ts'
import { wordsOf } from './words-of.ts'

/** Of a larger one its size is estimate enough. */
const LARGEST_PARSED = 256 * 1024
const BYTES_PER_TOKEN = 4

const decoder = new TextDecoder()

/** @param answer a whole answer that was not streamed */
export function estimateAnswer(answer: Uint8Array): number {
  if (answer.byteLength > LARGEST_PARSED) return Math.ceil(answer.byteLength / BYTES_PER_TOKEN)
  try {
    return estimateTokens(wordsOf(JSON.parse(decoder.decode(answer))))
  } catch {
    return 0
  }
}
