/**
 * Settings that this version proves but does not carry out.
 */
import { quote } from '../diagnostics/quote.ts'
import type { Check } from './check-context.ts'

export const settingsNotInForce: Check = {
  name: 'not-in-force',
  run({ notInForce }, { report }) {
    for (const { what, at } of notInForce) {
      report('check/not-in-force', `${quote(what)} is checked, but this version does not act on it`, {
        at,
        prefer: 'key',
        label: 'has no effect yet',
      })
    }
  },
}
