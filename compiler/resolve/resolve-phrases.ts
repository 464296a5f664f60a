/**
 * Text to look for: the phrases of a policy, and the text tests of its rules, each kept once however many share it.
 */
import type { Predicate } from '../../src/table/predicate.ts'
import type { TextTest } from '../../src/table/route-table.ts'
import type { PolicyFile } from '../config/policy.ts'
import type { PhraseConfig, PromptTestConfig } from '../config/rules.ts'
import type { Place } from '../load/loaded-policy.ts'
import { DEFAULTS } from './defaults.ts'
import { eachOf, within } from './place.ts'
import { resolvePattern } from './resolve-pattern.ts'
import type { ResolveContext } from './resolve-context.ts'
import type { ResolvedPattern, ResolvedPredicate } from './resolved-policy.ts'
import type { Phrase, Scope } from './scope.ts'
import { isKnown } from './unknown-name.ts'

type Gathering = ResolveContext & { patterns: ResolvedPattern[] }

export function resolvePhrases({ phrases = {} }: PolicyFile, gathering: Gathering): Map<string, Phrase> {
  return new Map(
    Object.entries(phrases).map(([name, config]) => {
      const at: Place = { file: 'policy', path: ['phrases', name] }
      return [name, resolvePhrase(config, at, gathering)]
    }),
  )
}

function resolvePhrase(config: PhraseConfig, at: Place, gathering: Gathering): Phrase {
  if ('matches' in config) {
    const pattern = resolvePattern(config.matches, within(at, 'matches'), gathering)
    return { test: { kind: 'matches', ...pattern }, caseSensitive: !pattern.flags.includes('i') }
  }
  const { contains, caseSensitive = false } = config
  const anyOf = [...new Set(typeof contains === 'string' ? [contains] : contains)].toSorted()
  return { test: { kind: 'contains', anyOf }, caseSensitive }
}

/** A `prompt` condition: one text test, or any of those that it names. */
export function resolvePrompt(config: PromptTestConfig, at: Place, scope: Scope): ResolvedPredicate[] {
  const part = config.in ?? DEFAULTS.promptPart
  if (!('named' in config))
    return [textPredicate({ ...resolvePhrase(config, at, scope), in: part }, at, scope)]
  const parts = eachOf(config.named, within(at, 'named')).flatMap(({ value, at: place }) => {
    const phrase = isKnown('phrase', value, place, scope) ? scope.phrases.get(value) : undefined
    return phrase === undefined ? [] : [textPredicate({ ...phrase, in: part }, place, scope)]
  })
  if (parts.length === 1) return parts
  return [{ predicate: { kind: 'any', of: parts.map(({ predicate }) => predicate) }, parts, at }]
}

function textPredicate(test: TextTest, at: Place, { texts }: Scope): ResolvedPredicate {
  const content = JSON.stringify([test.in, test.test, test.caseSensitive])
  const entry = texts.get(content) ?? { index: texts.size, test }
  texts.set(content, entry)
  const predicate: Predicate = { kind: 'text', index: entry.index }
  return { predicate, parts: [], at }
}
