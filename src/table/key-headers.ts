/** How a backend is told its key: each kind reads it somewhere else. */
import type { BackendKind } from './route-table.ts'

/** OpenCode knows one user (`OPENCODE_SERVER_USERNAME`, by default this) and asks for Basic. */
const OPENCODE_USER = 'opencode'

/** @returns headers, lower case */
export function keyHeaders(kind: BackendKind, key: string): Record<string, string> {
  if (kind === 'opencode') return { authorization: `Basic ${base64(`${OPENCODE_USER}:${key}`)}` }
  return { authorization: `Bearer ${key}` }
}

/** Of UTF-8, as RFC 7617 has it. */
function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)))
}
