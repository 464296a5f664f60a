/**
 * Models that no client may ask for, by their own name or by an alias.
 */
import { quote } from '../diagnostics/quote.ts'
import type { Check } from './check-context.ts'

export const unreachableModels: Check = {
  name: 'unreachable-models',
  onlyIfSound: true,
  run({ clients, models, names }, { report }) {
    if (clients.size === 0) {
      report('check/unreachable-model', 'there is no client, so nobody may ask for any model', {
        at: { file: 'clients', path: ['clients'] },
        prefer: 'key',
        help: 'add a client; `aicc keys new` makes a key for it',
      })
      return
    }
    const granted = new Set<string>()
    for (const client of clients.values()) {
      if (client.models === null) return
      for (const { name } of client.models) granted.add(names.get(name) ?? name)
    }
    for (const [name, { at }] of models) {
      if (granted.has(name)) continue
      report('check/unreachable-model', `no client may ask for the model ${quote(name)}`, {
        at,
        prefer: 'key',
        help: 'add it to the `models` of a client, or remove it',
      })
    }
  },
}
