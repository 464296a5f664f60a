/**
 * Default models that cannot take what they stand in for. That requests which come to them stay where they may is proven
 * for their names already.
 */
import { quote } from '../diagnostics/quote.ts'
import { surfacesOf } from '../flow/served-targets.ts'
import type { ResolvedPolicy } from '../resolve/resolved-policy.ts'
import type { Check } from './check-context.ts'

export const defaultModels: Check = {
  name: 'default-models',
  onlyIfSound: true,
  run(policy, { report, locate }) {
    for (const [surface, { name, model, at }] of policy.defaultModels) {
      if (!policy.surfaces.includes(surface)) {
        report('check/unserved-surface', `${quote(surface)} has a default model, and is not served`, {
          at,
          label: 'nobody can ask for it',
          secondary: [{ span: locate({ file: 'policy', path: ['surfaces'] }), text: 'what is served' }],
          help: `leave the default out, or add ${quote(surface)} to the surfaces`,
        })
      } else if (!destinationsOf(model, policy).some((to) => surfacesOf(to, policy).includes(surface))) {
        const entry = policy.models.get(model)
        report(
          'check/unserved-surface',
          `the default model ${quote(name)} does not serve ${quote(surface)}`,
          {
            at,
            label: `stands in for ${quote(surface)}`,
            secondary:
              entry === undefined ? [] : [{ span: locate(entry.at, 'key'), text: 'leads nowhere for it' }],
            help: `name a model that serves ${quote(surface)}`,
          },
        )
      }
    }
  },
}

/** The served models that a name may lead to, whatever its rules say of the request. */
function destinationsOf(name: string, policy: ResolvedPolicy): string[] {
  const model = policy.models.get(name)
  if (model?.kind !== 'ruled') return [name]
  return (policy.rulesets.get(model.rules)?.rules ?? []).flatMap(({ rule: { action } }) => {
    if (action.kind === 'route') return [action.to]
    return action.kind === 'split' ? action.arms.map(({ to }) => to) : []
  })
}
