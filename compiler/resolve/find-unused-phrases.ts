/**
 * Phrases that no condition names: nothing of them would be left in the table.
 */
import type { PolicyFile } from '../config/policy.ts'
import type { Condition } from '../config/rules.ts'
import type { ResolvedPolicy } from './resolved-policy.ts'

export function findUnusedPhrases({ phrases = {}, rules = {} }: PolicyFile): ResolvedPolicy['unusedPhrases'] {
  const named = new Set<string>()
  const visit = ({ all = [], any = [], not, prompt }: Condition): void => {
    if (prompt !== undefined && 'named' in prompt) for (const name of [prompt.named].flat()) named.add(name)
    for (const part of [...all, ...any, ...(not ? [not] : [])]) visit(part)
  }
  for (const rule of Object.values(rules).flat()) if (rule.when) visit(rule.when)
  return Object.keys(phrases)
    .filter((name) => !named.has(name))
    .map((name) => ({ name, at: { file: 'policy', path: ['phrases', name] } }))
}
