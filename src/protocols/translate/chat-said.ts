/** What a message of chat says, whole or the part of it that a delta adds. Servers differ in how they say it. */
import { isRecord } from '../json-object.ts'

export interface Said {
  text: string
  /** `reasoning_content` of llama.cpp and older vLLM, `reasoning` of Ollama, mlx and newer vLLM; some send both, alike. */
  reasoning: string
  refusal: string
}

/** @param message `choices[].message` or `choices[].delta` */
export function chatSaid(message: Readonly<Record<string, unknown>>): Said {
  const { content, reasoning_content: older, reasoning: newer, refusal } = message
  return {
    text: textOf(content),
    reasoning: stringOf(older) || stringOf(newer),
    refusal: stringOf(refusal),
  }
}

/** Some servers answer in parts, as clients ask. */
function textOf(content: unknown): string {
  if (!Array.isArray(content)) return stringOf(content)
  return content.map((part) => (isRecord(part) ? stringOf(part['text']) : '')).join('')
}

function stringOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
