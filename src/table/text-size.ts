/** How long the text of a trace is. */
import type { TraceMessage, TraceText } from './trace-text.ts'

/** A message counts beside its characters: it has a role, and JSON around it. */
const PER_MESSAGE = 32

/** @returns characters, roughly; 0 where there is none */
export function textSize(text: TraceText | undefined): number {
  if (text === undefined) return 0
  let size = 0
  const add = ({ content, calls = [] }: TraceMessage): void => {
    size += PER_MESSAGE + content.length
    for (const call of calls) size += PER_MESSAGE + call.name.length + call.arguments.length
  }
  text.input.forEach(add)
  text.output.forEach(add)
  return size
}
