/**
 * The privacy guard: which labels a request earns by what it holds, and where that stands. What cannot be looked at,
 * and what a detector could not judge, counts as found.
 */
import type { RequestText, TextPart } from '../../protocols/text-parts.ts'
import { lookup } from '../../table/lookup.ts'
import type { PrivacyGuard, RouteTable } from '../../table/route-table.ts'
import type { Detector } from './detectors/detector.ts'
import { findAll } from './detectors/detector.ts'
import { findPii } from './detectors/pii.ts'
import { findSecrets } from './detectors/secrets.ts'
import { type Haystack, joinParts, type PartSpan } from './haystack.ts'
import { addHidden } from './hidden-text.ts'
import { prepare } from './prepare.ts'

/** Something a detector found in a part of the request. */
export interface Finding extends PartSpan {
  /** `secrets`, `pii` or the id of a pattern. */
  detector: string
  /** What it is, such as `aws-key`; for a pattern its id. */
  kind: string
  label: string
}

export interface PrivacyScan {
  /** Label → causes: detectors, ids of patterns, `unscanned`, `images`, `failed`. */
  labels: Record<string, string[]>
  findings: Finding[]
}

/** What the scan could not read. */
export interface Unreadable {
  images: boolean
  opaque: boolean
}

interface NamedDetector {
  name: string
  label: string
  /** Patterns run over one part at a time: their `^` and `$` speak of a text, not of all texts joined. */
  perPart: boolean
  find: Detector
}

/** @param only names of detectors; all that the policy has when left out */
export function scanPrivacy(
  { parts }: Pick<RequestText, 'parts'>,
  unreadable: Unreadable,
  { table, only }: { table: RouteTable; only?: readonly string[] },
): PrivacyScan {
  const guard = table.classify.privacy
  if (guard === null) return { labels: {}, findings: [] }
  const findings: Finding[] = []
  const labels = new Map<string, Set<string>>()
  const blame = (label: string, cause: string): void => {
    labels.set(label, (labels.get(label) ?? new Set()).add(cause))
  }
  const haystack = addHidden(joinParts(parts, table.classify.scanBytes), parts)
  for (const detector of detectorsOf(guard, table)) {
    if (only !== undefined && !only.includes(detector.name)) continue
    try {
      const found = run(detector, parts, haystack)
      findings.push(...found)
      if (found.length > 0) blame(detector.label, detector.name)
    } catch {
      blame(detector.label, 'failed')
    }
  }
  for (const label of labelsOfUnread(guard, table)) {
    if (unreadable.images) blame(label, 'images')
    if (haystack.cut || haystack.opaque || unreadable.opaque) blame(label, 'unscanned')
  }
  return {
    labels: Object.fromEntries(Array.from(labels, ([label, causes]) => [label, [...causes]])),
    findings,
  }
}

function detectorsOf(guard: PrivacyGuard, table: RouteTable): NamedDetector[] {
  const { label, entropy } = guard
  const builtin: Record<PrivacyGuard['detectors'][number], Detector> = {
    secrets: (text) => findSecrets(text, entropy),
    pii: findPii,
  }
  return [
    ...guard.detectors.map((name) => ({ name, label, perPart: false, find: builtin[name] })),
    ...prepare(table).patterns.map(({ id, label: own, regex }) => ({
      name: id,
      label: own,
      perPart: true,
      find: (text: string) => findAll(text, regex, id),
    })),
  ]
}

function run(detector: NamedDetector, parts: readonly TextPart[], haystack: Haystack): Finding[] {
  const { name, label, perPart, find } = detector
  const findings: Finding[] = []
  for (const { text, at } of perPart ? haystack.pieces : [{ text: haystack.text, at: 0 }]) {
    for (const { start, end, kind } of find(text)) {
      for (const span of haystack.locate(at + start, at + end)) {
        // An id is as random as a key; only its shape can tell that it is one.
        if (kind === 'random' && IDS.has(parts[span.part]?.kind)) continue
        findings.push({ part: span.part, start: span.start, end: span.end, detector: name, kind, label })
      }
    }
  }
  return findings
}

const IDS: ReadonlySet<string | undefined> = new Set<TextPart['kind']>(['id', 'model', 'correlation-id'])

/** The guard's own label, and those of patterns that would have kept the request nearer. */
function labelsOfUnread({ label, patterns }: PrivacyGuard, table: RouteTable): Set<string> {
  const bound = (name: string): number => lookup(table.labels, name)?.mayReach ?? 0
  const nearer = patterns.filter((pattern) => bound(pattern.label) > bound(label))
  return new Set([label, ...nearer.map((pattern) => pattern.label)])
}
