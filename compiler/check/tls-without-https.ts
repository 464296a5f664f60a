/**
 * TLS settings on a backend that is reached without TLS: they would say nothing, silently.
 */
import { quote } from '../diagnostics/quote.ts'
import type { Check } from './check-context.ts'

export const tlsWithoutHttps: Check = {
  name: 'tls-without-https',
  run({ backends, locate }, { report }) {
    for (const [name, { origin, tls, at }] of backends) {
      if (!tls.at || !origin?.startsWith('http:')) continue
      report(
        'check/tls-without-https',
        `the backend ${quote(name)} has \`tls\` settings, but its URL is not https`,
        {
          at: tls.at,
          prefer: 'key',
          label: 'has no effect',
          secondary: [{ span: locate({ ...at, path: [...at.path, 'url'] }), text: 'plain HTTP' }],
          help: 'change the URL to `https://`, or remove `tls`',
        },
      )
    }
  },
}
