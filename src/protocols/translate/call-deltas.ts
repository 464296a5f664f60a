/**
 * Which tool call a piece of a streamed chat answer belongs to. By the book a call's first piece has index, id and name and
 * the others have the index; servers leave any of them out, give all calls one index, or repeat the name in every piece.
 */
import { isRecord } from '../json-object.ts'

export interface StreamedCall {
  /** null = the server gave none so far. */
  id: string | null
  name: string
  /** Whether arguments have begun: from then on the name stands. */
  begun: boolean
}

export interface CallDelta<Call extends StreamedCall> {
  call: Call
  isNew: boolean
  /** What it adds to the arguments. */
  arguments: string
}

export interface CallDeltas<Call extends StreamedCall> {
  /** @param delta one of `choices[].delta.tool_calls` */
  push: (delta: unknown) => CallDelta<Call>
}

/**
 * @param create a call with neither id nor name, which are filled in here
 */
export function createCallDeltas<Call extends StreamedCall>(create: () => Call): CallDeltas<Call> {
  const byIndex = new Map<number, Call>()
  const byId = new Map<string, Call>()
  let last: Call | null = null

  const find = (index: number | null, id: string | null, name: string): Call | null => {
    const call = index === null ? last : (byIndex.get(index) ?? null)
    if (call === null) return null
    // Another name after arguments have begun is another call, whatever the index says.
    if (id === null || id === call.id) return call.begun && name !== '' && name !== call.name ? null : call
    if (call.id === null && (index !== null || !call.begun)) return call
    // An id that is new, without a name, is noise: some servers make one up for every piece.
    return byId.get(id) ?? (name === '' ? call : null)
  }

  return {
    push(delta) {
      if (!isRecord(delta)) throw new TypeError('a tool call is not an object')
      const index = typeof delta['index'] === 'number' ? delta['index'] : null
      const id = typeof delta['id'] === 'string' && delta['id'] !== '' ? delta['id'] : null
      const of = isRecord(delta['function']) ? delta['function'] : {}
      const name = typeof of['name'] === 'string' ? of['name'] : ''
      const found = find(index, id, name)
      const call = found ?? create()
      if (id !== null && call.id === null) {
        call.id = id
        byId.set(id, call)
      }
      if (!call.begun && name !== call.name) call.name += name
      const added = argumentsOf(of['arguments'])
      if (added !== '') call.begun = true
      if (index !== null) byIndex.set(index, call)
      last = call
      return { call, isNew: found === null, arguments: added }
    },
  }
}

/** The arguments as JSON: some servers forget to make a string of them. */
export function argumentsOf(value: unknown): string {
  if (typeof value === 'string') return value
  return isRecord(value) ? JSON.stringify(value) : ''
}
