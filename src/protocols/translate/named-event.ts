/** An object of a protocol that names its events: the name is its type. */
export type TypedObject = Readonly<Record<string, unknown>> & { readonly type: string }

/** One server-sent event of such a protocol, as Anthropic's is, and the responses of OpenAI. */
export function namedEvent(object: TypedObject): string {
  return `event: ${object.type}\ndata: ${JSON.stringify(object)}\n\n`
}
