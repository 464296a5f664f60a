/** The kinds of requests that each fault is shown by: the columns of the fault matrix. */
import type { WireName } from './wires.ts'

export interface KindTraits {
  surface: 'chat' | 'embeddings' | 'messages' | 'responses'
  /** What the backend speaks. */
  wire: WireName
  streams: boolean
}

export type Kind =
  | 'stream'
  | 'chat'
  | 'embeddings'
  | `${'messages' | 'responses'}${'' | ' stream'}${'' | ' on chat'}`
  | `${'stream' | 'chat'} on messages`

export const KIND_TRAITS: Readonly<Record<Kind, KindTraits>> = {
  stream: { surface: 'chat', wire: 'chat', streams: true },
  chat: { surface: 'chat', wire: 'chat', streams: false },
  embeddings: { surface: 'embeddings', wire: 'embeddings', streams: false },
  'messages stream': { surface: 'messages', wire: 'messages', streams: true },
  messages: { surface: 'messages', wire: 'messages', streams: false },
  'messages stream on chat': { surface: 'messages', wire: 'chat', streams: true },
  'messages on chat': { surface: 'messages', wire: 'chat', streams: false },
  'stream on messages': { surface: 'chat', wire: 'messages', streams: true },
  'chat on messages': { surface: 'chat', wire: 'messages', streams: false },
  'responses stream': { surface: 'responses', wire: 'responses', streams: true },
  responses: { surface: 'responses', wire: 'responses', streams: false },
  'responses stream on chat': { surface: 'responses', wire: 'chat', streams: true },
  'responses on chat': { surface: 'responses', wire: 'chat', streams: false },
}

export const KINDS: readonly Kind[] = Object.keys(KIND_TRAITS) as Kind[]

/** Whether client and backend speak the same. */
export function isNative(kind: Kind): boolean {
  const { surface, wire } = KIND_TRAITS[kind]
  return surface === wire
}
