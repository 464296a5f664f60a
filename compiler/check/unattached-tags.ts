/**
 * Tags that no rule asks for where they could be seen.
 */
import { quote } from '../diagnostics/quote.ts'
import type { Check } from './check-context.ts'
import { eachPredicate } from './each-predicate.ts'

export const unattachedTags: Check = {
  name: 'unattached-tags',
  onlyIfSound: true,
  run(policy, { report }) {
    const asked = eachPredicate(policy).flatMap(({ ruleset, index, predicate }) =>
      predicate.kind === 'tag' ? predicate.names.map((tag) => ({ ruleset, index, tag })) : [],
    )
    for (const [name, { tags }] of policy.clients) {
      for (const [i, tag] of tags.entries()) {
        if (asked.some((use) => use.tag === tag)) continue
        report('check/unattached', `no rule asks for the tag ${quote(tag)} of ${quote(name)}`, {
          at: { file: 'clients', path: ['clients', name, 'tags', i] },
          help: `ask for it, as in ${quote(`when: { tag: ${tag} }`)}, or remove it`,
        })
      }
    }
    for (const [ruleset, { rules }] of policy.rulesets) {
      for (const [index, { rule, at }] of rules.entries()) {
        for (const [i, tag] of rule.addTags.entries()) {
          if (asked.some((use) => use.ruleset === ruleset && use.index > index && use.tag === tag)) continue
          report('check/unattached', `no rule after ${quote(rule.id)} asks for its tag ${quote(tag)}`, {
            at: { ...at, path: [...at.path, 'addTags', i] },
            help: 'ask for it in a rule that comes later, or remove it',
          })
        }
      }
    }
  },
}
