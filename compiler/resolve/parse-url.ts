/**
 * A backend's address → origin and base path.
 */

export type ParsedUrl =
  | {
      ok: true
      /** `scheme://host:port`, lower case, the port always there. */
      origin: string
      /** `/v1` when the address has no path of its own; no slash at the end. */
      basePath: string
    }
  | { ok: false; why: string; help: string }

const DEFAULT_PORTS: Record<string, string> = { 'http:': '80', 'https:': '443' }

export function parseUrl(text: string): ParsedUrl {
  // The URL parser drops tabs and line breaks and takes `\` for `/`: what a person reads must be what is reached.
  if (/[\s\\\p{Cc}]/u.test(text)) {
    return { ok: false, why: 'holds a space, a backslash or a control character', help: 'remove it' }
  }
  let url: URL
  try {
    url = new URL(text)
  } catch {
    return { ok: false, why: 'is not a URL', help: 'write it as `http://host:port`' }
  }
  if (url.username !== '' || url.password !== '' || text.includes('@')) {
    return {
      ok: false,
      why: 'holds a user name or a password',
      help: 'name the key with `key: { env: MY_KEY }`',
    }
  }
  if (text.includes('?') || text.includes('#')) {
    return { ok: false, why: 'holds a query or a fragment', help: 'remove what follows the path' }
  }
  const port = url.port || DEFAULT_PORTS[url.protocol]
  if (port === undefined || port === '0') return { ok: false, why: 'has no usable port', help: 'name a port' }
  const path = url.pathname.replace(/\/+$/, '')
  return {
    ok: true,
    origin: `${url.protocol}//${url.hostname}:${port}`,
    basePath: path === '' ? '/v1' : path,
  }
}
