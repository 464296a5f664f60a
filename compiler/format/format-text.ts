/**
 * Text of a policy file → the same in its canonical form.
 */
import { Lexer, parseDocument } from 'yaml'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import { parseYaml } from '../load/parse-yaml.ts'
import { formatDocument } from './format-document.ts'

const MAX_PASSES = 5

/** `unsafe`: the text would not mean the same, or lose a comment; it is better left alone. */
export type Formatted = { text: string } | { diagnostics: Diagnostic[] } | { unsafe: true }

/** @param file path as diagnostics show it. Never throws on what a person wrote. */
export function formatText(text: string, file: string): Formatted {
  const before = parseYaml(text, file)
  if (before.value === undefined) return { diagnostics: before.diagnostics }
  if (before.value === null) return { text }
  const formatted = settle(formatDocument(before.document, text))
  return isSame(text, formatted, file) ? { text: formatted } : { unsafe: true }
}

/** Comments within brackets come to rest only when the brackets are gone: printed again until nothing changes. */
function settle(text: string): string {
  let last = text
  for (let pass = 0; pass < MAX_PASSES; pass++) {
    const next = formatDocument(parseDocument(last), last)
    if (next === last) break
    last = next
  }
  return last
}

/** Whether both say the same, down to the order of keys and the words of comments, and the second is at rest. */
function isSame(before: string, after: string, file: string): boolean {
  const [old, now] = [parseYaml(before, file), parseYaml(after, file)]
  return (
    JSON.stringify(old.value) === JSON.stringify(now.value) &&
    commentsOf(before) === commentsOf(after) &&
    formatDocument(now.document, after) === after
  )
}

/** All comments in alphabetical order: one may move from behind a bracket to the line before. */
function commentsOf(text: string): string {
  const tokens = [...new Lexer().lex(text)].filter((token) => token.startsWith('#'))
  return tokens
    .map((token) => token.trimEnd())
    .toSorted()
    .join('\n')
}
