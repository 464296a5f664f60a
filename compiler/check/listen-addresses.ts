/**
 * Listen addresses: `address:port`, and not the same one twice.
 */
import { isIPv4, isIPv6 } from 'node:net'
import { quote } from '../diagnostics/quote.ts'
import type { Check } from './check-context.ts'

export const listenAddresses: Check = {
  name: 'listen-addresses',
  run({ listen, locate }, { report }) {
    for (const { value, at } of [listen.https, listen.http]) {
      if (value === null || at === null || parseAddress(value)) continue
      report('check/listen-address', `${quote(value)} is not an address and a port`, {
        at,
        help: 'write `address:port`, such as `127.0.0.1:4000`, `0.0.0.0:8443` or `[::]:8443`, or `off`',
      })
    }
    const [https, http] = [listen.https, listen.http].map(({ value }) =>
      value === null ? null : parseAddress(value),
    )
    if (!https || !http || https.port !== http.port || https.port === 0) return
    if (https.host !== http.host && !isAny(https.host) && !isAny(http.host)) return
    const at = listen.http.at ?? listen.https.at
    if (!at) return
    const other = listen.http.at && listen.https.at
    report('check/listen-address', `HTTPS and HTTP cannot both listen on port ${https.port}`, {
      at,
      secondary: other ? [{ span: locate(other), text: 'the same port' }] : [],
      help: 'give one of them another port, or turn it `off`',
    })
  },
}

/** Null when it is not `address:port`. Names are not addresses, but for `localhost`. */
function parseAddress(text: string): { host: string; port: number } | null {
  const [, host = '', digits = ''] = /^(.+):([0-9]{1,5})$/.exec(text) ?? []
  const port = Number(digits)
  const bare = host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : null
  const known = bare === null ? isIPv4(host) || host === 'localhost' : isIPv6(bare)
  return digits !== '' && known && port <= 65_535 ? { host: bare ?? host, port } : null
}

function isAny(host: string): boolean {
  return host === '0.0.0.0' || host === '::'
}
