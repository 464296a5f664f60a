/** One server-sent event of a chat stream. */
export function chatEvent(chunk: Readonly<Record<string, unknown>>): string {
  return `data: ${JSON.stringify(chunk)}\n\n`
}

export const CHAT_END = 'data: [DONE]\n\n'
