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

/** Ports of other protocols, which no `fetch` connects to (WHATWG Fetch, "port blocking"): Node's refuses them. */
const BLOCKED_PORTS: ReadonlySet<string> = new Set(
  (
    '1 7 9 11 13 15 17 19 20 21 22 23 25 37 42 43 53 69 77 79 87 95 101 102 103 104 109 110 111 113 115 117 119 123 135 ' +
    '137 139 143 161 179 389 427 465 512 513 514 515 526 530 531 532 540 548 554 556 563 587 601 636 989 990 993 995 ' +
    '1719 1720 1723 2049 3659 4045 4190 5060 5061 6000 6566 6665 6666 6667 6668 6669 6679 6697 10080'
  ).split(' '),
)

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
  if (BLOCKED_PORTS.has(port)) {
    return {
      ok: false,
      why: `has the port ${port}, which belongs to another protocol`,
      help: 'let the server listen on another port: browsers and Node refuse to connect to this one',
    }
  }
  const path = url.pathname.replace(/\/+$/, '')
  return {
    ok: true,
    origin: `${url.protocol}//${url.hostname}:${port}`,
    basePath: path === '' ? '/v1' : path,
  }
}
