/**
 * A client key that is listed twice: the key could not say which client calls, or which dates hold.
 */
import { quote } from '../diagnostics/quote.ts'
import type { ResolvedKey } from '../resolve/resolved-policy.ts'
import type { Check } from './check-context.ts'

export const duplicateKeys: Check = {
  name: 'duplicate-keys',
  run({ clients, locate }, { report }) {
    const seen = new Map<string, ResolvedKey>()
    for (const client of clients.values()) {
      for (const key of client.keys) {
        const [id, field] = 'env' in key ? [`env ${key.env}`, 'env'] : [`sha256 ${key.sha256}`, 'sha256']
        const first = seen.get(id)
        if (!first) {
          seen.set(id, key)
          continue
        }
        const what = 'env' in key ? `the variable ${quote(key.env)}` : 'this SHA-256'
        const place = (at: ResolvedKey['at']) => ({ ...at, path: [...at.path, field] })
        report('check/duplicate-key', `${what} is a client key already`, {
          at: place(key.at),
          label: 'again here',
          secondary: [{ span: locate(place(first.at)), text: 'first listed here' }],
          help: 'give each client keys of its own; `aicc keys new` makes one',
        })
      }
    }
  },
}
