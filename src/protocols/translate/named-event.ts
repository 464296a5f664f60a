/** One server-sent event of a protocol that names its events, as Anthropic's and the responses of OpenAI do. */
export function namedEvent(object: Readonly<{ type: string }>): string {
  return `event: ${object.type}\ndata: ${JSON.stringify(object)}\n\n`
}
