/**
 * Credentials: keys of known formats, private key blocks, what is assigned to a telling name, and words too random to
 * be words. One walk finds the literals of all formats; a pattern is only tried where one of its own stands.
 */
import type { PrivacyGuard } from '../../../table/route-table.ts'
import { SORTS, WORD } from '../character-sorts.ts'
import { codeBefore, codesOf } from '../codes-of.ts'
import { createLiterals, type Literals } from '../literals.ts'
import { ASSIGNED_NAMES, type AssignmentSource, findAssigned } from './assigned.ts'
import { type Candidate, passes } from './checks.ts'
import type { Find } from './detector.ts'
import { findRandomWords } from './entropy.ts'
import { HEADER_FORMATS } from './header-formats.ts'
import type { KeyFormat } from './key-format.ts'
import { KEY_FORMATS } from './key-formats.ts'
import { findPrivateKeys } from './private-keys.ts'

/** Every format of ours, that tests may look at them. */
export const FORMATS: readonly KeyFormat[] = [...KEY_FORMATS, ...HEADER_FORMATS]

const GENERAL: ReadonlySet<string> = new Set(['password', 'bearer-token', 'random'])

const NONE: ReadonlySet<string> = new Set()

/** Nothing is known of what stands around it. */
const BARE: Omit<Candidate, 'value' | 'stretch'> = { rest: '', operator: null, before: '', after: '' }

interface Matcher {
  /** The literals of all formats, then the names of what is assigned to. */
  literals: Literals
  /** For each of the former the format that it may begin. */
  formats: readonly { literal: string; format: number }[]
  /** For each format, its pattern, which matches at `lastIndex` only. */
  patterns: readonly RegExp[]
}

/** Built at the first request that needs it, not when the program loads. */
let matcher: Matcher | null = null

function build(): Matcher {
  const formats = FORMATS.flatMap(({ literals }, format) => literals.map((literal) => ({ literal, format })))
  return {
    literals: createLiterals(
      [...formats.map(({ literal }) => literal), ...ASSIGNED_NAMES.map(({ name }) => name)],
      { anyCase: true },
    ),
    formats,
    patterns: FORMATS.map(({ pattern, flags = '' }) => new RegExp(pattern, `y${flags}`)),
  }
}

/**
 * One find where several formats see the same: the longest.
 * @param off kinds that do not count; they hide nothing that stands within them
 */
export function findSecrets(
  text: string,
  entropy: PrivacyGuard['entropy'],
  off: ReadonlySet<string> = NONE,
): Find[] {
  const random = off.has('random') ? [] : findRandomWords(text, entropy)
  const found = [...findPrivateKeys(text), ...findKeys(text), ...random]
  const finds = off.size === 0 ? found : found.filter(({ kind }) => !off.has(kind))
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
  const source = { text, codes: codesOf(text) }
  /** For each format, where its last match ended: what lies before was looked at. Last: the same for assignments. */
  const seen = new Int32Array(patterns.length + 1)
  literals.scan(text, (word, at) => {
    const entry = formats[word]
    const name = entry === undefined ? ASSIGNED_NAMES[word - formats.length] : undefined
    const index = entry?.format ?? patterns.length
    if (at < (seen[index] ?? 0)) return
    const find = name !== undefined ? findAssigned(source, at, name) : null
    if (find !== null) {
      seen[index] = find.end
      finds.push(find)
    }
    const format = FORMATS[index]
    const pattern = patterns[index]
    if (entry === undefined || format === undefined || pattern === undefined) return
    const match = matchAt(source, at, { format, pattern, literal: entry.literal })
    if (match === null) return
    seen[index] = pattern.lastIndex
    const key = toFind(match, format, source.codes)
    if (key !== null) finds.push(key)
  })
  return finds
}

function matchAt(
  { text, codes }: AssignmentSource,
  at: number,
  { format, pattern, literal }: { format: KeyFormat; pattern: RegExp; literal: string },
): RegExpExecArray | null {
  const start = at - (format.back ?? 0)
  if (start < 0) return null
  if (format.within !== true && ((SORTS[codeBefore(codes, start)] ?? 0) & WORD) !== 0) return null
  if (format.flags !== 'i' && !text.startsWith(literal, at)) return null
  pattern.lastIndex = start
  return pattern.exec(text)
}

function toFind(
  { 0: whole, index, groups }: RegExpExecArray,
  { kind, check = 'marked' }: KeyFormat,
  codes: Uint16Array,
): Find | null {
  const { value = whole, head = '' } = groups ?? {}
  const start = index + head.length
  const end = start + value.length
  return passes(check, { ...BARE, value, stretch: { codes, start, end } }) ? { start, end, kind } : null
}
