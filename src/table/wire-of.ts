/**
 * What is spoken to a target that is asked for a surface: the surface itself, or what the request is translated to.
 */
import { KIND_SURFACES } from './kind-surfaces.ts'
import type { Backend, ServedModel, Surface, Target, Wire } from './route-table.ts'

/** Surface → the wires that it can be translated to, best first. */
const TRANSLATIONS: Partial<Record<Surface, readonly Wire[]>> = {
  chat: ['ollama-chat', 'messages'],
  messages: ['chat', 'ollama-chat'],
  responses: ['chat', 'ollama-chat', 'messages'],
}

/**
 * @returns `gateway` = the gateway answers by itself, from its own estimate: no backend is asked; null = the target cannot
 *   serve the surface
 */
export function wireOf(
  speaks: readonly Wire[],
  surface: Surface,
  translation?: ServedModel['translation'],
): Wire | 'gateway' | null {
  if (speaks.includes(surface)) return surface
  // Tokens can be estimated for whoever could answer the message.
  if (surface === 'count-tokens') return wireOf(speaks, 'messages', translation) === null ? null : 'gateway'
  if (translation === 'off') return null
  return TRANSLATIONS[surface]?.find((wire) => speaks.includes(wire)) ?? null
}

/** What a target speaks. */
export function spokenBy(
  { speaks }: Pick<Target, 'speaks'>,
  { kind }: Pick<Backend, 'kind'>,
): readonly Wire[] {
  return speaks ?? KIND_SURFACES[kind]
}
