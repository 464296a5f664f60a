/**
 * Replaces what detectors found by typed placeholders, before anything leaves. What cannot be replaced, or is found
 * again afterwards, refuses the request: half a redaction is none.
 */
import { GatewayError } from '../../errors.ts'
import type { JsonObject } from '../../protocols/json-object.ts'
import { type TextPart, textParts } from '../../protocols/text-parts.ts'
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
 * @throws GatewayError redaction_failed (500)
 */
export function redact(
  body: JsonObject,
  { parts, findings }: Pick<Classified, 'parts' | 'findings'>,
  options: RedactOptions,
): Map<string, string> {
  const named = findings.filter(({ detector }) => options.detectors.includes(detector))
  const values: Record<string, unknown> = { ...body.value }
  const placeholders = new Set<string>()
  const touched = new Set<string>()
  for (const [index, found] of byPart(named)) {
    const part = parts[index]
    const [key] = part?.path ?? []
    if (part === undefined || typeof key !== 'string') throw failed('the name of a field')
    if (!touched.has(key)) values[key] = structuredClone(values[key])
    touched.add(key)
    put(values, part.path, replaceSpans(part.text, found, placeholders))
  }
  if (touched.size > 0) checkAgain(values, placeholders, options)
  return new Map(Array.from(touched, (key) => [key, JSON.stringify(values[key])]))
}

function byPart(findings: readonly Finding[]): Map<number, Finding[]> {
  const grouped = new Map<number, Finding[]>()
  for (const finding of findings) {
    const same = grouped.get(finding.part)
    if (same === undefined) grouped.set(finding.part, [finding])
    else same.push(finding)
  }
  return grouped
}

/** Where finds overlap, one placeholder stands for all of them. */
function replaceSpans(text: string, findings: readonly Finding[], placeholders: Set<string>): string {
  let result = ''
  let from = 0
  for (const finding of findings.toSorted((a, b) => a.start - b.start || b.end - a.end)) {
    if (finding.start >= from) {
      const placeholder = placeholderOf(finding)
      placeholders.add(placeholder)
      result += text.slice(from, finding.start) + placeholder
    }
    from = Math.max(from, finding.end)
  }
  return result + text.slice(from)
}

function placeholderOf({ detector, kind }: Finding): string {
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
