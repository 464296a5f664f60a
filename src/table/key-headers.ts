/** How a backend is told its key: each kind reads it somewhere else. */
import type { BackendKind } from './route-table.ts'

/** OpenCode knows one user (`OPENCODE_SERVER_USERNAME`, by default this) and asks for Basic. */
const OPENCODE_USER = 'opencode'

/** What of Anthropic's API is spoken where the client does not say: what translations make, and what is asked by us. */
const ANTHROPIC_VERSION = '2023-06-01'

/**
 * Headers that a kind wants on each request, its key among them.
 * @param key undefined where the backend takes none
 * @returns headers, lower case
 */
export function keyHeaders(kind: BackendKind, key: string | undefined): Record<string, string> {
  if (kind === 'anthropic') {
    const version = { 'anthropic-version': ANTHROPIC_VERSION }
    return key === undefined ? version : { 'x-api-key': key, ...version }
  }
  if (key === undefined) return {}
  if (kind === 'opencode') return { authorization: `Basic ${base64(`${OPENCODE_USER}:${key}`)}` }
  return { authorization: `Bearer ${key}` }
}

/** Of UTF-8, as RFC 7617 has it. */
function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)))
}
