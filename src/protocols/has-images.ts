/** Whether a request shows the model an image, for tables that read no text. */
import type { Surface } from '../table/route-table.ts'
import { SURFACE_TRAITS } from '../table/surfaces.ts'
import { isRecord } from './json-object.ts'
import { unreadableIn } from './unreadable.ts'

/** Cheap: text is not looked at, and fields are only where turns hold content. */
export function hasImages(body: Readonly<Record<string, unknown>>, surface: Surface): boolean {
  const { turns, prompts } = SURFACE_TRAITS[surface]
  if (turns !== null) return isShown(body[turns])
  for (const field of prompts) if (isShown(body[field])) return true
  return false
}

/** Content may hold content: what a tool answered, a document. */
const CONTENT = ['content', 'output', 'source'] as const

function isShown(value: unknown): boolean {
  if (Array.isArray(value)) {
    for (const item of value) if (isShown(item)) return true
    return false
  }
  if (!isRecord(value)) return false
  for (const key in value) if (unreadableIn(key, value[key], value) === 'images') return true
  for (const key of CONTENT) if (isShown(value[key])) return true
  return false
}
