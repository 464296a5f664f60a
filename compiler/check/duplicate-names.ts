/**
 * A name that is both a model and an alias: only one of them could ever be meant.
 */
import { quote } from '../diagnostics/quote.ts'
import type { Check } from './check-context.ts'

export const duplicateNames: Check = {
  name: 'duplicate-names',
  run({ aliases, models, locate }, { report }) {
    for (const [name, at] of aliases) {
      const model = models.get(name)
      if (!model) continue
      report('check/duplicate-name', `${quote(name)} is both a model and an alias`, {
        at,
        prefer: 'key',
        label: 'the alias',
        secondary: [{ span: locate(model.at, 'key'), text: 'the model' }],
        help: 'rename or remove one of them',
      })
    }
  },
}
