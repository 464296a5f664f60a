/**
 * CORS origins as browsers send them: scheme, host and port, nothing else, and never `*`.
 */
import { quote } from '../diagnostics/quote.ts'
import type { Check } from './check-context.ts'

export const corsOrigins: Check = {
  name: 'cors-origins',
  run({ cors, locate }, { report }) {
    for (const { value, at } of cors.origins) {
      if (value.includes('*')) {
        report('check/cors-origin', 'CORS origins are exact: there is no `*`', {
          at,
          notes: ['with `*`, any web page that a user visits could call the gateway'],
          help: 'list each origin, such as `https://chat.example.com`',
        })
        continue
      }
      const origin = originOf(value)
      if (origin === value) continue
      const help =
        origin === null
          ? 'write it as `https://host` or `https://host:port`'
          : `browsers send ${quote(origin)}; write that`
      report('check/cors-origin', `${quote(value)} is not an origin that a browser sends`, {
        at,
        help,
        suggestion:
          origin === null ? undefined : { span: locate(at), newText: origin, applicability: 'always' },
      })
    }
  },
}

/** The origin in the spelling of browsers, or null when there is none. */
function originOf(text: string): string | null {
  try {
    const url = new URL(text)
    return url.protocol === 'http:' || url.protocol === 'https:' ? url.origin : null
  } catch {
    return null
  }
}
