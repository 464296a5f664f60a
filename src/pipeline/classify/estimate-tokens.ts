/** How many tokens a text has, without a tokenizer: exact ones take seconds for a hostile 100 KB. */

/** Characters of a chat message's frame, in tokens. */
export const TOKENS_PER_MESSAGE = 4

const BYTES_PER_TOKEN = 4

/**
 * UTF-8 bytes by four, in one pass. On ordinary prompts half of the estimates are within 16 % of OpenAI's o200k and
 * nine in ten within 41 %; one in eight is more than 20 % too low (750 prompts of Arena-Hard).
 */
export function estimateTokens(text: string): number {
  return Math.ceil(utf8Length(text) / BYTES_PER_TOKEN)
}

/** A lone surrogate counts as half a pair. */
function utf8Length(text: string): number {
  let bytes = text.length
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i)
    if (code < 0x80) continue
    bytes += code < 0x800 || (code >= 0xd800 && code < 0xe000) ? 1 : 2
  }
  return bytes
}
