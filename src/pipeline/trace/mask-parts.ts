/**
 * Replaces in texts of a trace what detectors find in them: the built-in ones and the policy's own, whatever its rules
 * use, and whoever put a label on. What comes out was looked at once more: text of which something is found or cannot
 * be read even then is left out.
 */
import type { SaidPart } from '../../protocols/said-parts.ts'
import type { TextPart } from '../../protocols/text-parts.ts'
import type { PrivacyGuard, RouteTable } from '../../table/route-table.ts'
import { decodeRuns } from '../classify/base64-runs.ts'
import { byPart, replaceSpans } from '../classify/redact.ts'
import { type Finding, scanPrivacy } from '../classify/scan-privacy.ts'
import { inOneGo, type Turns } from './turns.ts'

/** Stands for text that nobody could look at. */
const NOT_SCANNED_MARK = '[not scanned]'

/** Stands for a placeholder when the text is scanned again: no detector takes it for anything. */
const BLANK = '\u0001'

/** So many are looked at one by one before others have their turn. */
const PARTS_A_PIECE = 64

/** Behind the end of what is kept, so much is looked at too: what begins before it is found whole. */
export const MARGIN = 16_384

/** Of policies that look for nothing themselves: as the compiler's defaults have it. */
const DEFAULT_GUARD: PrivacyGuard = {
  detectors: ['secrets', 'pii'],
  patterns: [],
  entropy: { threshold: 4, minLength: 24 },
  allow: { values: [], domains: [], networks: [] },
  off: [],
  atLeast: {},
  label: '',
  surfaces: [],
}

const strict = new WeakMap<RouteTable, RouteTable>()

/** A text and what may be written of it. */
export interface Kept extends SaidPart {
  /** So many characters at most. */
  keep: number
  /** What is left out of it, whatever it is. Left out, nothing. */
  gaps?: readonly { start: number; end: number }[]
}

/** Each look at all of it is a piece of the work. @returns for each part what may be written of it */
export function* maskParts(parts: readonly Kept[], table: RouteTable): Turns<string[]> {
  if (parts.length === 0) return []
  const guarded = guardedTable(table)
  const seen = parts.map((part) => ({ ...part, text: part.text.slice(0, part.keep + MARGIN) }))
  const scan = look(seen, guarded)
  if (scan === null) return parts.map(() => NOT_SCANNED_MARK)
  yield
  const found = byPart(scan.findings)
  const hides = scan.unread.length > 0
  const placeholders = new Set<string>()
  const texts = seen.map(({ text, keep, gaps = [] }, index) => {
    const spans = [...(hides ? unreadIn(text, index) : []), ...(found.get(index) ?? [])]
    for (const { start, end } of [...gaps, { start: keep, end: text.length }]) {
      if (start < Math.min(end, text.length))
        spans.push(span('cut', { part: index, start, end: Math.min(end, text.length) }))
    }
    return spans.length === 0 ? text : replaceSpans(text, spans, placeholders)
  })
  for (let rest = 0; rest < 2; rest += 1) {
    yield
    const again = parts.map((part, index) => ({ ...part, text: without(texts[index] ?? '', placeholders) }))
    if (isClean(again, guarded)) return texts
    for (const index of texts.keys()) {
      if (index % PARTS_A_PIECE === 0) yield
      if (!isClean(again.slice(index, index + 1), guarded)) texts[index] = NOT_SCANNED_MARK
    }
  }
  return parts.map(() => NOT_SCANNED_MARK)
}

/** A text that stands by itself. */
export function maskText(text: string, kind: SaidPart['kind'], table: RouteTable): string {
  const part = { message: 0, role: 'other', as: 'content', path: [], kind, text, keep: text.length } as const
  return inOneGo(maskParts([part], table))[0] ?? NOT_SCANNED_MARK
}

/** The same table, but that its guard looks for all it knows, in all of the text, and counts each find. */
function guardedTable(table: RouteTable): RouteTable {
  let guarded = strict.get(table)
  if (guarded === undefined) {
    const { detectors } = DEFAULT_GUARD
    const privacy = { ...(table.classify.privacy ?? DEFAULT_GUARD), detectors, atLeast: {} }
    const classify = { ...table.classify, privacy, scanBytes: Number.MAX_SAFE_INTEGER, decode: 1 as const }
    guarded = { ...table, texts: [], classify }
    strict.set(table, guarded)
  }
  return guarded
}

type Looked = Pick<ReturnType<typeof scanPrivacy>, 'findings' | 'unread'>

/** @returns null = something could not be judged */
function look(said: readonly SaidPart[], table: RouteTable): Looked | null {
  const parts: TextPart[] = said.map(({ role, kind, text, path }) => ({ role, kind, text, path }))
  try {
    const { findings, unread, labels } = scanPrivacy({ parts }, { images: false, opaque: false }, { table })
    const hasFailed = Object.values(labels).some((causes) => causes.includes('failed'))
    return hasFailed ? null : { findings, unread }
  } catch {
    return null
  }
}

function isClean(said: readonly SaidPart[], table: RouteTable): boolean {
  const scan = look(said, table)
  return scan !== null && scan.findings.length === 0 && scan.unread.length === 0
}

/** Base64 that holds no text, or more of its kind. */
function unreadIn(text: string, part: number): Finding[] {
  const { texts, opaque } = decodeRuns(text)
  const deeper = texts.filter((one) => {
    const within = decodeRuns(one.text)
    return within.texts.length + within.opaque.length > 0
  })
  return [...opaque, ...deeper].map(({ start, end }) => span('not scanned', { part, start, end }))
}

function span(placeholder: string, { part, start, end }: Pick<Finding, 'part' | 'start' | 'end'>): Finding {
  return { part, start, end, placeholder, detector: '', kind: '', label: '' }
}

function without(text: string, placeholders: ReadonlySet<string>): string {
  let rest = text
  for (const placeholder of placeholders) rest = rest.replaceAll(placeholder, BLANK)
  return rest
}
