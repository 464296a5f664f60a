/**
 * The privacy guard: which labels a request earns by what it holds, and where that stands. What cannot be looked at,
 * and what a detector could not judge, counts as found.
 */
import type { RequestText, TextPart } from '../../protocols/text-parts.ts'
import { lookup } from '../../table/lookup.ts'
import type { PrivacyGuard, RouteTable } from '../../table/route-table.ts'
import type { Unread, WhyPassedOver } from '../../table/verdict.ts'
import type { Find } from './detectors/detector.ts'
import { findPii } from './detectors/pii.ts'
import { findSecrets } from './detectors/secrets.ts'
import { findByPattern } from './find-by-pattern.ts'
import { type Haystack, joinParts, type PartSpan } from './haystack.ts'
import { addHidden } from './hidden-text.ts'
import { prepare } from './prepare.ts'
import type { PreparedPrivacy } from './prepare-privacy.ts'

/** Something a detector found in a part of the request. */
export interface Finding extends PartSpan {
  /** `secrets`, `pii` or the id of a pattern. */
  detector: string
  /** What it is, such as `aws-key`; for a pattern its id. */
  kind: string
  label: string
  /** What stands for it in redacted text; null = its kind says it. */
  placeholder: string | null
}

/** A find that does not count. */
export interface PassedOver extends Finding {
  why: WhyPassedOver
}

export interface PrivacyScan {
  /** Label → causes: detectors, ids of patterns, `unscanned`, `images`, `failed`. */
  labels: Record<string, string[]>
  findings: Finding[]
  passedOver: PassedOver[]
  unread: Unread[]
}

/** Where no guard looks. */
export const NOT_SCANNED: PrivacyScan = { labels: {}, findings: [], passedOver: [], unread: [] }

/** What the scan could not read. */
export interface Unreadable {
  images: boolean
  opaque: boolean
}

interface NamedDetector {
  name: string
  label: string
  placeholder: string | null
  /** In the whole haystack. */
  find: (off: ReadonlySet<string>) => Find[]
}

/** @param only names of detectors; all that the policy has when left out */
export function scanPrivacy(
  { parts }: Pick<RequestText, 'parts'>,
  unreadable: Unreadable,
  { table, only }: { table: RouteTable; only?: readonly string[] },
): PrivacyScan {
  const guard = table.classify.privacy
  const { privacy: prepared } = prepare(table)
  if (guard === null || prepared === null) return { ...NOT_SCANNED, labels: {} }
  const findings: Finding[] = []
  const passedOver: PassedOver[] = []
  const labels = new Map<string, Set<string>>()
  const blame = (label: string, cause: string): void => {
    labels.set(label, (labels.get(label) ?? new Set()).add(cause))
  }
  const { scanBytes, decode } = table.classify
  const haystack = addHidden(joinParts(parts, scanBytes), parts, decode)
  for (const detector of detectorsOf(guard, prepared, haystack)) {
    if (only !== undefined && !only.includes(detector.name)) continue
    try {
      const found = run(detector, { prepared, haystack, parts })
      // One by one: as arguments of one call, 130,000 finds are more than the stack holds.
      for (const find of found.findings) findings.push(find)
      for (const find of found.passedOver) passedOver.push(find)
      if (found.findings.length > 0) blame(detector.label, detector.name)
    } catch {
      blame(detector.label, 'failed')
    }
  }
  const unread = unreadOf(haystack, unreadable)
  for (const label of unread.length === 0 ? [] : labelsOfUnread(guard, table)) {
    for (const why of unread) blame(label, why === 'images' ? 'images' : 'unscanned')
  }
  return {
    labels: Object.fromEntries(Array.from(labels, ([label, causes]) => [label, [...causes]])),
    findings,
    passedOver,
    unread,
  }
}

function* detectorsOf(
  { detectors, label, entropy }: PrivacyGuard,
  { patterns, marks }: PreparedPrivacy,
  { text, pieces }: Haystack,
): Iterable<NamedDetector> {
  const builtin: Record<PrivacyGuard['detectors'][number], NamedDetector['find']> = {
    secrets: (off) => findSecrets(text, entropy, off),
    pii: (off) => findPii(text, off),
  }
  for (const name of detectors) yield { name, label, placeholder: null, find: (off) => builtin[name](off) }
  if (patterns.length === 0) return
  const marked = new Set<number>()
  marks.scan(text, (id) => marked.add(id))
  for (const [id, pattern] of patterns.entries()) {
    if (!marked.has(id)) continue
    const { id: name, label: own, placeholder } = pattern
    yield { name, label: own, placeholder, find: () => findByPattern(pieces, pattern) }
  }
}

interface Scanned {
  prepared: PreparedPrivacy
  haystack: Haystack
  parts: readonly TextPart[]
}

type Found = Pick<PrivacyScan, 'findings' | 'passedOver'>

/** Once more without the kinds of which there are too few: what they covered may be something else. */
function run(detector: NamedDetector, scanned: Scanned): Found {
  const { off, atLeast } = scanned.prepared
  const all = locate(detector, detector.find(off), scanned)
  if (atLeast === null) return all
  const few = new Set(kindsBelow(atLeast, all.findings))
  if (few.size === 0) return all
  const rest = locate(detector, detector.find(new Set([...off, ...few])), scanned)
  for (const find of all.findings) {
    if (few.has(find.kind)) rest.passedOver.push({ ...find, why: 'too-few' })
  }
  return rest
}

function kindsBelow(atLeast: ReadonlyMap<string, number>, findings: readonly Finding[]): string[] {
  const counts = Map.groupBy(findings, ({ kind }) => kind)
  return [...counts].flatMap(([kind, { length }]) => (length < (atLeast.get(kind) ?? 0) ? [kind] : []))
}

function locate(
  { name, label, placeholder }: NamedDetector,
  finds: readonly Find[],
  { prepared: { isAllowed }, haystack, parts }: Scanned,
): Found {
  const findings: Finding[] = []
  const passedOver: PassedOver[] = []
  let kind = ''
  let allowed = false
  const take = (part: number, start: number, end: number): void => {
    // An id is as random as a key; only its shape can tell that it is one.
    if (kind === 'random' && IDS.has(parts[part]?.kind)) return
    const find = { part, start, end, detector: name, kind, label, placeholder }
    if (allowed) passedOver.push({ ...find, why: 'allowed' })
    else findings.push(find)
  }
  for (const find of finds) {
    kind = find.kind
    allowed =
      isAllowed !== null &&
      isAllowed({ detector: name, kind, text: haystack.text.slice(find.start, find.end) })
    haystack.tell(find.start, find.end, take)
  }
  return { findings, passedOver }
}

const IDS: ReadonlySet<string | undefined> = new Set<TextPart['kind']>(['id', 'model', 'correlation-id'])

function unreadOf({ cut, opaque, encoded }: ReturnType<typeof addHidden>, unreadable: Unreadable): Unread[] {
  const unread: Unread[] = []
  if (unreadable.images) unread.push('images')
  if (cut) unread.push('size')
  if (opaque || unreadable.opaque) unread.push('opaque')
  if (encoded) unread.push('encoded')
  return unread
}

/** The guard's own label, and those of patterns that would have kept the request nearer. */
function labelsOfUnread({ label, patterns }: PrivacyGuard, table: RouteTable): Set<string> {
  const bound = (name: string): number => lookup(table.labels, name)?.mayReach ?? 0
  const nearer = patterns.filter((pattern) => bound(pattern.label) > bound(label))
  return new Set([label, ...nearer.map((pattern) => pattern.label)])
}
