/**
 * Credentials: keys of known formats, private key blocks, what is assigned to a telling name, and words too random to
 * be words. One walk finds the literals of all formats; a pattern is only tried where one of its own stands.
 */
import type { PrivacyGuard } from '../../../table/route-table.ts'
import { createLiterals, type Literals } from '../literals.ts'
import { ASSIGNED_FORMATS } from './assigned-formats.ts'
import { passes } from './checks.ts'
import type { Find } from './detector.ts'
import { findRandomWords } from './entropy.ts'
import type { KeyFormat } from './key-format.ts'
import { KEY_FORMATS } from './key-formats.ts'
import { findPrivateKeys } from './private-keys.ts'

/** Every format of ours, that tests and tools may look at them. */
export const FORMATS: readonly KeyFormat[] = [...KEY_FORMATS, ...ASSIGNED_FORMATS]

const GENERAL: ReadonlySet<string> = new Set(['password', 'bearer-token', 'random'])

interface Matcher {
  literals: Literals
  /** For each word of `literals`: the formats that it may begin. */
  formats: readonly { literal: string; format: number }[]
  /** For each format, its pattern, which matches at `lastIndex` only. */
  patterns: readonly RegExp[]
}

/** Built at the first request that needs it, not when the program loads. */
let matcher: Matcher | null = null

function build(): Matcher {
  const formats = FORMATS.flatMap(({ literals }, format) => literals.map((literal) => ({ literal, format })))
  return {
    literals: createLiterals(formats.map(({ literal }) => literal)),
    formats,
    patterns: FORMATS.map(({ pattern, flags = '' }) => new RegExp(pattern, `dy${flags}`)),
  }
}

/** One find where several formats see the same: the longest. */
export function findSecrets(text: string, entropy: PrivacyGuard['entropy']): Find[] {
  const finds = [...findPrivateKeys(text), ...findKeys(text), ...findRandomWords(text, entropy)]
  let end = 0
  return finds
    .sort((a, b) => a.start - b.start || b.end - a.end || rankOf(a) - rankOf(b))
    .filter((find) => {
      if (find.end <= end) return false
      end = find.end
      return true
    })
}

/** A find that says whose key it is comes before one that says that it is some. */
function rankOf({ kind }: Find): number {
  return GENERAL.has(kind) ? 1 : 0
}

function findKeys(text: string): Find[] {
  matcher ??= build()
  const { literals, formats, patterns } = matcher
  const finds: Find[] = []
  /** For each format, where its last match ended: what lies before was looked at. */
  const seen = new Int32Array(patterns.length)
  literals.scan(text, (word, at) => {
    const { literal, format: index } = formats[word] ?? { literal: '', format: 0 }
    const format = FORMATS[index]
    const pattern = patterns[index]
    if (format === undefined || pattern === undefined) return
    const start = at - (format.back ?? 0)
    if (start < (seen[index] ?? 0)) return
    if (format.flags !== 'i' && !text.startsWith(literal, at)) return
    if (format.within !== true && isWord(text, start - 1)) return
    pattern.lastIndex = start
    const match = pattern.exec(text)
    if (match === null) return
    seen[index] = pattern.lastIndex
    const find = toFind(text, match, format)
    if (find !== null) finds.push(find)
  })
  return finds
}

function toFind(text: string, match: RegExpExecArray, { kind, check = 'marked' }: KeyFormat): Find | null {
  const { value = match[0], rest = '', operator = '' } = match.groups ?? {}
  const [start, end] = match.indices?.groups?.['value'] ?? [match.index, match.index + match[0].length]
  const candidate = {
    value,
    rest,
    operator,
    before: text.slice(Math.max(0, match.index - 16), match.index),
    after: text.slice(end, end + 2),
  }
  if (!passes(check, candidate)) return null
  return { start, end: operator === '' ? end : closeQuote(text, start, end), kind }
}

/** A password in quotes may hold what ends one without. */
function closeQuote(text: string, start: number, end: number): number {
  const quote = text.charAt(start - 1)
  if (!'"\'`'.includes(quote) || quote === '') return end
  const line = text.slice(end, end + 128)
  const close = line.search(/["'`\n]/)
  return close > 0 && line.charAt(close) === quote ? end + close : end
}

function isWord(text: string, at: number): boolean {
  const code = text.charCodeAt(at)
  return (
    (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code === 95
  )
}
