/**
 * Models that should go on after a break and never can: they serve no chat, or there is nobody else to ask.
 */
import { quote } from '../diagnostics/quote.ts'
import type { Check } from './check-context.ts'
import { worstCase } from './worst-case.ts'

export const onBreak: Check = {
  name: 'on-break',
  onlyIfSound: true,
  run(policy, { report }) {
    for (const [name, model] of policy.models) {
      if (model.kind !== 'served' || model.onBreak.value !== 'continue' || model.onBreak.at === null) continue
      const setting = quote('onBreak: continue')
      const surfaces = model.surfaces ?? policy.surfaces
      if (!surfaces.includes('chat')) {
        report('check/on-break', `${quote(name)} serves no chat, so ${setting} has no effect`, {
          at: model.onBreak.at,
          label: 'only a chat can go on',
          help: `remove it, or add ${quote('chat')} to the surfaces`,
        })
      } else if (worstCase(model, policy).attempts === 1) {
        report('check/on-break', `${quote(name)} has nobody to go on after a break`, {
          at: model.onBreak.at,
          label: 'who should?',
          help: `add a target or a fallback, let ${quote('retry.times')} be at least 1, or remove it`,
        })
      }
    }
  },
}
