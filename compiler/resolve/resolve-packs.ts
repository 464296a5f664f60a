/**
 * Packs of detectors: each detector a pattern of the table, each case with where it is written.
 */
import type { PrivacyPattern } from '../../src/table/route-table.ts'
import type { DetectorCaseConfig, DetectorConfig } from '../config/detectors.ts'
import { quote } from '../diagnostics/quote.ts'
import { nearest, suggestHelp } from '../diagnostics/suggest.ts'
import type { Place } from '../load/loaded-policy.ts'
import type { ValidPolicy } from '../validate/validate.ts'
import { within } from './place.ts'
import { resolvePattern } from './resolve-pattern.ts'
import type { ResolvedPack } from './resolved-policy.ts'
import type { Scope } from './scope.ts'
import { isKnown } from './unknown-name.ts'

/** @param label what detectors put on a request that name none; null where no guard is set */
export function resolvePacks(
  packs: ValidPolicy['packs'],
  label: string | null,
  scope: Scope,
): ResolvedPack[] {
  return packs.map(({ id, pack }) => {
    const at: Place = { file: id, path: [] }
    const ids = pack.detectors.map((detector) => detector.id)
    return {
      id,
      at,
      detectors: pack.detectors.map((detector, i) => {
        const place = within(at, 'detectors', i)
        return { pattern: resolveDetector(detector, label ?? '', place, scope), at: within(place, 'id') }
      }),
      cases: (pack.cases ?? []).map((each, i) => resolveCase(each, ids, within(at, 'cases', i), scope)),
    }
  })
}

function resolveDetector(config: DetectorConfig, label: string, at: Place, scope: Scope): PrivacyPattern {
  const { id, regex, keywords, group, check = 'none', minEntropy = 0, placeholder, label: own } = config
  if (own !== undefined) isKnown('label', own, within(at, 'label'), scope)
  const { source, flags, literals } = resolvePattern(regex, within(at, 'regex'), scope)
  if (group !== undefined && !source.includes(`(?<${group}>`)) {
    scope.report('resolve/invalid-pattern', `the pattern has no group ${quote(group)}`, {
      at: within(at, 'group'),
      help: `write ${quote(`(?<${group}>…)`)} around the part that counts`,
    })
  }
  return {
    id,
    source,
    flags,
    label: own ?? label,
    literals: keywords ? [...new Set(keywords.map((word) => word.toLowerCase()))].toSorted() : literals,
    group: group ?? null,
    check: check === 'none' ? null : check,
    minEntropy,
    placeholder: placeholder ?? null,
  }
}

function resolveCase(
  { text, finds }: DetectorCaseConfig,
  ids: readonly string[],
  at: Place,
  { report, locate }: Scope,
): ResolvedPack['cases'][number] {
  for (const [i, id] of finds.entries()) {
    if (ids.includes(id)) continue
    const place = within(at, 'finds', i)
    const near = nearest(id, ids)
    report('resolve/unknown-name', `detector ${quote(id)} is not defined`, {
      at: place,
      label: 'not found in this pack',
      help: suggestHelp(id, ids, 'detectors'),
      suggestion:
        near === undefined ? undefined : { span: locate(place), newText: near, applicability: 'maybe' },
    })
  }
  return { text, finds: [...new Set(finds)].toSorted(), at }
}
