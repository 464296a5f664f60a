/**
 * Keys that expire before they are deprecated: the deprecation would never be seen.
 */
import type { Check } from './check-context.ts'

export const keyLifetime: Check = {
  name: 'key-lifetime',
  run({ clients, locate }, { report }) {
    for (const { keys } of clients.values()) {
      for (const { deprecatedAt, expiresAt, at } of keys) {
        if (deprecatedAt === null || expiresAt === null || deprecatedAt < expiresAt) continue
        report('check/key-lifetime', 'this key expires before it is deprecated', {
          at: { ...at, path: [...at.path, 'deprecated'] },
          label: 'never comes',
          secondary: [
            { span: locate({ ...at, path: [...at.path, 'expires'] }), text: 'refused from here on' },
          ],
          help: 'let it be deprecated first, so that its users are told before it stops working',
        })
      }
    }
  },
}
