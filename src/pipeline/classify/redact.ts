/**
 * Replaces what detectors found by typed placeholders, before anything leaves. What cannot be replaced, or is found
 * again afterwards, refuses the request: half a redaction is none.
 */
import { GatewayError } from '../../errors.ts'
import type { JsonObject } from '../../protocols/json-object.ts'
import { type TextPart, textParts } from '../../protocols/text-parts.ts'
import type { Facts } from '../../table/facts.ts'
import type { RouteTable, Surface } from '../../table/route-table.ts'
import type { Classified } from './classify.ts'
import { type Finding, scanPrivacy } from './scan-privacy.ts'

export interface RedactOptions {
  surface: Surface
  table: RouteTable
  /** Whose findings are replaced: `secrets`, `pii` or ids of patterns. */
  detectors: readonly string[]
}

/** Stands for a placeholder when the text is scanned again: no detector takes it for anything. */
const BLANK = '\u0001'

/**
 * @returns top-level key → its JSON as it may leave, for the keys in which something was replaced. Only these are
 *   written anew; numbers in them come out as JavaScript writes them.
 * @throws GatewayError redaction_failed (400)
 */
export function redact(
  body: JsonObject,
  { parts, findings, facts }: Pick<Classified, 'parts' | 'findings'> & { facts: Pick<Facts, 'labels'> },
  options: RedactOptions,
): Map<string, string> {
  if (hasUnread(facts, UNREAD)) throw failed('something that could not be scanned')
  const named = findings.filter(({ detector }) => options.detectors.includes(detector))
  const values: Record<string, unknown> = { ...body.value }
  const placeholders = new Set<string>()
  const touched = new Set<string>()
  for (const [index, found] of byPart(named)) {
    const part = parts[index]
    const [key] = part?.path ?? []
    if (part === undefined || typeof key !== 'string')
      throw failed(FIXED[part?.kind ?? 'keys'] ?? 'something')
    if (!touched.has(key)) values[key] = structuredClone(values[key])
    touched.add(key)
    put(values, part.path, replaceSpans(part.text, found, placeholders))
  }
  if (touched.size > 0) checkAgain(values, placeholders, options)
  return new Map(Array.from(touched, (key) => [key, JSON.stringify(values[key])]))
}

/** Why a label is on a request of which something was not looked at. */
const UNREAD: readonly string[] = ['unscanned', 'images', 'failed']

function hasUnread({ labels }: Pick<Facts, 'labels'>, causes: readonly string[]): boolean {
  return Object.values(labels).some((found) => found.some((cause) => causes.includes(cause)))
}

/**
 * The last user turn as a model may see it that only helps to decide: without all that was found in it, whatever the
 * rules are going to redact. Null where some of its text was not read.
 */
export function redactedTurn({
  parts,
  findings,
  facts,
  lastUser: [from, to],
}: Pick<Classified, 'parts' | 'findings' | 'lastUser' | 'facts'>): TextPart[] | null {
  if (hasUnread(facts, ['unscanned', 'failed'])) return null
  const found = byPart(findings)
  return parts.slice(from, to).map(({ role, kind, path, text }, i) => {
    return { role, kind, path, text: replaceSpans(text, found.get(from + i) ?? [], new Set()) }
  })
}

/** What has no place where a placeholder could stand: a number's schema wants a number. */
const FIXED: Partial<Record<TextPart['kind'], string>> = {
  keys: 'something private in the name of a field',
  numbers: 'something private as a number',
  model: 'something private in the name of its model',
  'correlation-id': 'something private in its correlation id',
}

/** Finds by the part that they stand in. */
export function byPart(findings: readonly Finding[]): Map<number, Finding[]> {
  const grouped = new Map<number, Finding[]>()
  for (const finding of findings) {
    const same = grouped.get(finding.part)
    if (same === undefined) grouped.set(finding.part, [finding])
    else same.push(finding)
  }
  return grouped
}

/**
 * Where finds overlap, one placeholder stands for all of them.
 * @param placeholders those that were used are added
 */
export function replaceSpans(text: string, findings: readonly Finding[], placeholders: Set<string>): string {
  let result = ''
  let from = 0
  for (const finding of findings.toSorted((a, b) => a.start - b.start || b.end - a.end)) {
    const start = startOfEscape(text, finding.start)
    if (finding.start >= from) {
      const placeholder = placeholderOf(finding)
      placeholders.add(placeholder)
      result += text.slice(from, Math.max(from, start)) + placeholder
    }
    from = Math.max(from, endOfEscape(text, finding.end))
  }
  return result + text.slice(from)
}

const ESCAPED = /[nrtbfu"\\/]/

/** A find may begin with the letter of an escape. Its backslashes, alone, would no longer be JSON. */
function startOfEscape(text: string, at: number): number {
  let start = at
  if (!ESCAPED.test(text.charAt(at))) return at
  while (text.charAt(start - 1) === '\\') start -= 1
  return start
}

/** Or end within one: of an odd number of backslashes the last one escapes what follows. */
function endOfEscape(text: string, at: number): number {
  if (text.charAt(at - 1) !== '\\') return at
  let first = at - 1
  while (text.charAt(first - 1) === '\\') first -= 1
  let end = at
  while (text.charAt(end) === '\\') end += 1
  return (end - first) % 2 === 1 && ESCAPED.test(text.charAt(end)) ? end + 1 : end
}

function placeholderOf({ detector, kind, placeholder }: Finding): string {
  if (placeholder !== null) return `[${placeholder}]`
  return detector === 'secrets' ? `[SECRET:${kind}]` : `[${kind.toUpperCase()}]`
}

function put(root: unknown, path: readonly (string | number)[], text: string): void {
  let holder = root as Record<string | number, unknown>
  for (const step of path.slice(0, -1)) holder = holder[step] as Record<string | number, unknown>
  const last = path.at(-1)
  if (last !== undefined) holder[last] = text
}

function checkAgain(
  values: Readonly<Record<string, unknown>>,
  placeholders: ReadonlySet<string>,
  { surface, table, detectors }: RedactOptions,
): void {
  const blank = (part: TextPart): TextPart => {
    let { text } = part
    for (const placeholder of placeholders) text = text.replaceAll(placeholder, BLANK)
    return { ...part, text }
  }
  const parts = textParts(values, surface).parts.map(blank)
  const readable = { images: false, opaque: false }
  const { findings, labels } = scanPrivacy({ parts }, readable, { table, only: detectors })
  if (findings.length > 0) throw failed(`what \`${findings[0]?.detector}\` finds`)
  if (Object.values(labels).some((causes) => causes.includes('failed'))) throw failed('all that was found')
}

function failed(what: string): GatewayError {
  return new GatewayError('redaction_failed', `The request holds ${what}, which could not be redacted.`)
}
