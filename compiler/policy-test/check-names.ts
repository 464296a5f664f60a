/**
 * Names in a case that the policy does not have: a test that can never say what was meant.
 */
import type { TestCaseConfig } from '../config/tests.ts'
import type { DiagnosticCode } from '../diagnostics/codes.ts'
import { createDiagnostic, type Diagnostic } from '../diagnostics/diagnostic.ts'
import { quote } from '../diagnostics/quote.ts'
import { nearest, suggestHelp } from '../diagnostics/suggest.ts'
import type { LoadedFile } from '../load/loaded-policy.ts'
import { locate } from '../load/locate.ts'
import type { ResolvedPolicy } from '../resolve/resolved-policy.ts'

type Path = readonly (string | number)[]

/** A kind of name: what it is called, and all there are. */
interface Vocabulary {
  code: DiagnosticCode
  what: string
  plural: string
  known: readonly string[]
}

/** @param index of the case in its file */
export function checkNames(
  { request, given, expect }: TestCaseConfig,
  index: number,
  { file, policy }: { file: LoadedFile; policy: ResolvedPolicy },
): Diagnostic[] {
  const words = vocabularies(policy)
  const at = (path: Path): Path => [index, ...path]
  const one = (kind: keyof typeof words, name: string | undefined, path: Path): Diagnostic[] =>
    name === undefined || words[kind].known.includes(name)
      ? []
      : [unknownName(name, words[kind], at(path), file)]
  const many = (kind: keyof typeof words, names: readonly string[] | undefined, path: Path): Diagnostic[] =>
    (names ?? []).flatMap((name, i) => one(kind, name, [...path, i]))

  return [
    ...one('client', request.client, ['request', 'client']),
    ...many('mode', given?.modes, ['given', 'modes']),
    ...many('backend', given?.down, ['given', 'down']),
    ...one('rule', expect.rule, ['expect', 'rule']),
    ...(isWildcard(expect.model, policy) ? [] : one('model', expect.model, ['expect', 'model'])),
    ...one('backend', expect.backend, ['expect', 'backend']),
    ...many('target', expect.targets, ['expect', 'targets']),
    ...one('zone', expect.zone, ['expect', 'zone']),
    ...one('zone', expect.staysIn, ['expect', 'staysIn']),
    ...many('label', expect.labels, ['expect', 'labels']),
    ...many('detector', expect.redact, ['expect', 'redact']),
    ...missingModel(request, at(['request']), file),
    ...idleClassifier(given, at(['given', 'classifier']), { file, policy }),
  ]
}

/** A name that no model has for itself, but that leads to one. */
function isWildcard(name: string | undefined, { wildcards }: ResolvedPolicy): boolean {
  return name !== undefined && [...wildcards.keys()].some((prefix) => name.startsWith(prefix))
}

function vocabularies(
  policy: ResolvedPolicy,
): Record<
  'client' | 'mode' | 'backend' | 'rule' | 'model' | 'target' | 'zone' | 'label' | 'detector',
  Vocabulary
> {
  const { clients, modes, backends, rulesets, models, names, zones, labels, classify } = policy
  const rules = [...rulesets.values()].flatMap((ruleset) => ruleset.rules.map(({ rule }) => rule.id))
  const targets = Array.from(backends, ([backend, entry]) =>
    [...entry.models.keys()].map((model) => `${backend}/${model}`),
  )
  const patterns = classify.privacy?.patterns.map(({ id }) => id) ?? []
  return {
    client: vocabulary('client', clients.keys()),
    mode: vocabulary('mode', modes.keys()),
    backend: { ...vocabulary('backend', backends.keys()), code: 'resolve/unknown-backend' },
    rule: vocabulary('rule', [...rules, 'none']),
    model: { ...vocabulary('model', [...models.keys(), ...names.keys()]), code: 'resolve/unknown-model' },
    target: { ...vocabulary('target', targets.flat()), code: 'resolve/unknown-backend-model' },
    zone: vocabulary('zone', zones),
    label: vocabulary('label', labels.keys()),
    detector: vocabulary('detector', [...(classify.privacy?.detectors ?? []), ...patterns]),
  }
}

function vocabulary(what: string, known: Iterable<string>): Vocabulary {
  return { code: 'resolve/unknown-name', what, plural: `${what}s`, known: [...new Set(known)] }
}

function unknownName(name: string, kind: Vocabulary, path: Path, file: LoadedFile): Diagnostic {
  const { code, what, plural, known } = kind
  const { span } = locate(file, path, 'value')
  const near = nearest(name, known)
  return createDiagnostic(code, `${what} ${quote(name)} is not defined`, {
    span,
    label: 'not found in the policy',
    help: suggestHelp(name, known, plural),
    suggestion: near === undefined ? undefined : { span, newText: near, applicability: 'maybe' },
  })
}

/** Without a model every request is refused, whatever else it says. */
function missingModel(
  { model, body }: TestCaseConfig['request'],
  path: Path,
  file: LoadedFile,
): Diagnostic[] {
  if (model !== undefined || Object.hasOwn(body ?? {}, 'model')) return []
  const span = locate(file, path, 'key').span
  return [
    createDiagnostic('validate/missing-key', 'missing `model`', {
      span,
      help: 'say which model is asked for',
    }),
  ]
}

/** An answer of a model that nobody asks would change nothing. */
function idleClassifier(
  given: TestCaseConfig['given'],
  path: Path,
  { file, policy }: { file: LoadedFile; policy: ResolvedPolicy },
): Diagnostic[] {
  if (given?.classifier === undefined || policy.classify.complexity.classifier !== null) return []
  const { span } = locate(file, path, 'key')
  const help = 'remove it, or name a model in `classify.complexity.classifier`'
  return [createDiagnostic('check/unattached', 'the policy asks no classifier', { span, help })]
}
