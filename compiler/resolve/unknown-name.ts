/**
 * Names of things other than models: known, or reported with what was probably meant.
 */
import type { DiagnosticCode } from '../diagnostics/codes.ts'
import { quote } from '../diagnostics/quote.ts'
import { nearest, suggestHelp } from '../diagnostics/suggest.ts'
import type { Place, Prefer } from '../load/loaded-policy.ts'
import { within } from './place.ts'
import type { NameKind, Vocabulary } from './scope.ts'

interface KindInfo {
  /** For the help line. */
  plural: string
  /** In words, where it would have to stand. */
  home: string
  /** The mapping whose keys are the names; null where they are no keys. */
  place: Place | null
  /** Where they are listed, where they are too many to be shown. */
  listed?: string
}

const KINDS: Record<NameKind, KindInfo> = {
  zone: { plural: 'zones', home: '`zones`', place: null },
  label: { plural: 'labels', home: '`labels`', place: { file: 'policy', path: ['labels'] } },
  mode: { plural: 'modes', home: '`modes` of backends.yaml', place: { file: 'backends', path: ['modes'] } },
  ruleset: { plural: 'rulesets', home: '`rules`', place: { file: 'policy', path: ['rules'] } },
  client: { plural: 'clients', home: 'clients.yaml', place: { file: 'clients', path: ['clients'] } },
  phrase: { plural: 'phrases', home: '`phrases`', place: { file: 'policy', path: ['phrases'] } },
  detector: { plural: 'detectors', home: '`classify.privacy`', place: null },
  kind: {
    plural: 'kinds',
    home: 'what the detectors of this policy find',
    place: null,
    listed: 'all kinds are listed at the end of docs/policy-language.md',
  },
  rule: { plural: 'rules', home: '`rules`, as `ruleset/id`', place: null },
  receiver: {
    plural: 'receivers',
    home: '`alerts.receivers`',
    place: { file: 'policy', path: ['alerts', 'receivers'] },
  },
  backend: { plural: 'backends', home: '`backends`', place: { file: 'backends', path: ['backends'] } },
}

/** Whether something has that name; reports it when nothing has. */
export function isKnown(
  kind: NameKind,
  name: string,
  at: Place,
  vocabulary: Vocabulary,
  prefer: Prefer = 'value',
): boolean {
  const { known, report, locate } = vocabulary
  if (known[kind].has(name)) return true
  const names = [...known[kind]]
  const near = nearest(name, names)
  const { plural, home, place, listed } = KINDS[kind]
  const code: DiagnosticCode = kind === 'backend' ? 'resolve/unknown-backend' : 'resolve/unknown-name'
  report(code, `${kind} ${quote(name)} is not defined`, {
    at,
    prefer,
    label: `not found in ${home}`,
    secondary:
      near === undefined || place === null
        ? []
        : [{ span: locate(within(place, near), 'key'), text: `a ${kind} with a similar name` }],
    help: near === undefined && listed !== undefined ? listed : suggestHelp(name, names, plural),
    suggestion:
      near === undefined ? undefined : { span: locate(at, prefer), newText: near, applicability: 'maybe' },
  })
  return false
}

/** Rank of a zone; one that is not known is reported, and the least trusted stands for it. */
export function zoneAt(name: string, at: Place, vocabulary: Vocabulary): number {
  return isKnown('zone', name, at, vocabulary) ? vocabulary.zones.indexOf(name) : 0
}
