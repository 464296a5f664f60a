import type { Wire } from '../../table/route-table.ts'
import { SURFACE_TRAITS } from '../../table/surfaces.ts'

/** Path at a backend. @param basePath of its OpenAI-compatible API; a protocol of its own lies beside that */
export function wirePath(wire: Wire, basePath: string): string {
  if (wire === 'ollama-chat') return `${basePath.replace(/\/v1$/, '')}/api/chat`
  return basePath + SURFACE_TRAITS[wire].backendPath
}
