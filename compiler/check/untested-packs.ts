/**
 * Packs of detectors that nothing shows to work: neither what they find nor what they leave alone.
 */
import { quote } from '../diagnostics/quote.ts'
import { within } from '../resolve/place.ts'
import type { Check } from './check-context.ts'

export const untestedPacks: Check = {
  name: 'untested-packs',
  run({ packs }, { report }) {
    for (const { id, at, cases } of packs) {
      if (cases.length > 0) continue
      report('check/untested-pack', `${quote(id)} has no cases`, {
        at: within(at, 'detectors'),
        prefer: 'key',
        label: 'nothing shows what these find',
        help: 'add `cases`: a text that they find something in, and one that looks like it and is none',
      })
    }
  },
}
