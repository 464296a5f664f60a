/**
 * Backends that nothing leads to: configured, and without effect. What rules name directly is a model here too.
 */
import { quote } from '../diagnostics/quote.ts'
import type { Check } from './check-context.ts'

export const unusedBackends: Check = {
  name: 'unused-backends',
  onlyIfSound: true,
  run({ backends, models }, { report }) {
    const used = new Set<string>()
    for (const model of models.values()) {
      if (model.kind !== 'served') continue
      for (const { backend } of model.targets) used.add(backend)
      for (const entry of model.fallback) if (entry.kind === 'target') used.add(entry.target.backend)
    }
    for (const [name, { at, models: declared }] of backends) {
      if (used.has(name)) continue
      const [example = 'model'] = declared.keys()
      report('check/unused-backend', `no model uses the backend ${quote(name)}`, {
        at,
        prefer: 'key',
        help: `name it among a model's targets or where a rule leads, as in ${quote(`${name}/${example}`)}, or remove it`,
      })
    }
  },
}
