/**
 * Every diagnostic there is. Slugs are `stage/thing`, stable, never renumbered or reused.
 * Each has a page `docs/diagnostics/<stage>-<thing>.md` and at least one case in `test/golden/`.
 */

export type Severity = 'error' | 'warning'

export interface CodeInfo {
  severity: Severity
  /** One line, for lists and SARIF. */
  title: string
}

export type DiagnosticCode =
  | 'yaml/missing-file'
  | 'yaml/unreadable-file'
  | 'yaml/syntax'
  | 'yaml/duplicate-key'
  | 'yaml/unsupported'
  | 'yaml/alias'
  | 'validate/unknown-key'
  | 'validate/missing-key'
  | 'validate/wrong-type'
  | 'validate/unknown-value'
  | 'validate/invalid-format'
  | 'validate/out-of-range'
  | 'validate/literal-secret'
  | 'resolve/unknown-backend'
  | 'resolve/unknown-backend-model'
  | 'resolve/unknown-model'
  | 'resolve/alias-cycle'
  | 'resolve/invalid-date'
  | 'resolve/invalid-url'
  | 'resolve/out-of-range'
  | 'resolve/ca-file'
  | 'check/duplicate-name'
  | 'check/duplicate-key'
  | 'check/duplicate-entry'
  | 'check/unused-backend'
  | 'check/unreachable-model'
  | 'check/timeout-order'
  | 'check/on-break'
  | 'check/key-lifetime'
  | 'check/cors-origin'
  | 'check/listen-address'
  | 'check/tls-without-https'
  | 'validate/old-version'
  | 'resolve/unknown-name'
  | 'resolve/unknown-time-zone'
  | 'resolve/invalid-pattern'
  | 'resolve/wildcard'
  | 'resolve/ruled-destination'
  | 'resolve/rule-action'
  | 'resolve/empty-range'
  | 'resolve/weights'
  | 'check/privacy-leak'
  | 'check/denied-reroute'
  | 'check/always-denied'
  | 'check/unreachable-rule'
  | 'check/contradiction'
  | 'check/overlapping-rules'
  | 'check/missing-default'
  | 'check/fallback-cycle'
  | 'check/attempts-exceed-total'
  | 'check/incapable-target'
  | 'check/unauthorised-fallback'
  | 'check/unguarded-surface'
  | 'check/unserved-surface'
  | 'check/slow-pattern'
  | 'check/unpriced-model'
  | 'check/limit-never-binds'
  | 'check/unattached'
  | 'check/gated-dead-end'
  | 'check/not-in-force'
  | 'resolve/invalid-network'
  | 'resolve/cannot-free'
  | 'check/idle-allowance'
  | 'check/idle-setting'
  | 'check/untested-pack'
  | 'check/alert-bounds'

export const CODES: Record<DiagnosticCode, CodeInfo> = {
  'yaml/missing-file': { severity: 'error', title: 'A policy file does not exist' },
  'yaml/unreadable-file': { severity: 'error', title: 'A policy file cannot be read as UTF-8 text' },
  'yaml/syntax': { severity: 'error', title: 'A policy file is not valid YAML' },
  'yaml/duplicate-key': { severity: 'error', title: 'A key is written twice in one mapping' },
  'yaml/unsupported': { severity: 'error', title: 'A YAML feature that policies do not use' },
  'yaml/alias': { severity: 'error', title: 'A YAML alias that leads nowhere, or back to itself' },

  'validate/unknown-key': { severity: 'error', title: 'A key that the policy language does not have' },
  'validate/missing-key': { severity: 'error', title: 'A required key is missing' },
  'validate/wrong-type': { severity: 'error', title: 'A value of the wrong type' },
  'validate/unknown-value': { severity: 'error', title: 'A value that is none of the known ones' },
  'validate/invalid-format': {
    severity: 'error',
    title: 'A name or value that is not written as it must be',
  },
  'validate/out-of-range': { severity: 'error', title: 'A number or a list that is too small or too large' },
  'validate/literal-secret': { severity: 'error', title: 'A credential is written into the policy' },

  'resolve/unknown-backend': { severity: 'error', title: 'A backend that is not defined' },
  'resolve/unknown-backend-model': { severity: 'error', title: 'A model that its backend does not declare' },
  'resolve/unknown-model': { severity: 'error', title: 'A model name that is not defined' },
  'resolve/alias-cycle': { severity: 'error', title: 'Aliases that lead back to themselves' },
  'resolve/invalid-date': { severity: 'error', title: 'A date that is not in the calendar' },
  'resolve/invalid-url': { severity: 'error', title: 'A backend address that cannot be used' },
  'resolve/out-of-range': {
    severity: 'error',
    title: 'A duration, a size or another amount that is too small or too large',
  },
  'resolve/ca-file': { severity: 'error', title: 'A CA file that cannot be used' },

  'check/duplicate-name': { severity: 'error', title: 'A name that stands for two things' },
  'check/duplicate-key': { severity: 'error', title: 'A client key is listed twice' },
  'check/duplicate-entry': { severity: 'warning', title: 'An entry is listed twice' },
  'check/unused-backend': { severity: 'warning', title: 'A backend that no model uses' },
  'check/unreachable-model': { severity: 'warning', title: 'A model that nothing leads to' },
  'check/timeout-order': { severity: 'error', title: 'A timeout that can never run out' },
  'check/on-break': { severity: 'error', title: 'A model that could never go on after a break' },
  'check/key-lifetime': { severity: 'error', title: 'A key that expires before it is deprecated' },
  'check/cors-origin': { severity: 'error', title: 'A CORS origin that no browser sends' },
  'check/listen-address': { severity: 'error', title: 'A listen address that cannot be used' },
  'check/tls-without-https': { severity: 'error', title: 'TLS settings on a backend without TLS' },

  'validate/old-version': { severity: 'error', title: 'A policy in an older version of the language' },
  'resolve/unknown-name': {
    severity: 'error',
    title:
      'A name that nothing defines: a zone, label, mode, ruleset, rule, client, phrase, detector, kind of find or receiver',
  },
  'resolve/unknown-time-zone': { severity: 'error', title: 'A time zone that does not exist' },
  'resolve/invalid-pattern': { severity: 'error', title: 'A regular expression that cannot be compiled' },
  'resolve/wildcard': { severity: 'error', title: 'A `*` where it cannot stand for anything' },
  'resolve/ruled-destination': {
    severity: 'error',
    title: 'A destination that is not served but has rules of its own',
  },
  'resolve/rule-action': {
    severity: 'error',
    title: 'A rule that does nothing, or several things that exclude each other',
  },
  'resolve/empty-range': { severity: 'error', title: 'A range that no number lies in' },
  'resolve/weights': {
    severity: 'error',
    title: 'Weights without a weighted pool, or a weighted pool without weights',
  },
  'check/privacy-leak': {
    severity: 'error',
    title: 'Labelled requests can be sent to a place that may not see them',
  },
  'check/denied-reroute': { severity: 'error', title: 'A reroute that leads to no permitted place' },
  'check/always-denied': { severity: 'warning', title: 'A rule whose targets a label always takes away' },
  'check/unreachable-rule': { severity: 'error', title: 'A rule that can never decide' },
  'check/contradiction': { severity: 'error', title: 'A condition that can never hold' },
  'check/overlapping-rules': {
    severity: 'warning',
    title: 'Two rules that cut the same range in different ways',
  },
  'check/missing-default': {
    severity: 'error',
    title: 'A ruleset whose last rule does not always settle the request',
  },
  'check/fallback-cycle': { severity: 'error', title: 'Fallbacks that lead back to where they began' },
  'check/attempts-exceed-total': {
    severity: 'error',
    title: 'Attempts that can never begin before the time is up',
  },
  'check/incapable-target': { severity: 'error', title: 'A target that cannot take what its rule sends it' },
  'check/unauthorised-fallback': {
    severity: 'error',
    title: 'A fallback to a model that the client may not ask for',
  },
  'check/unguarded-surface': { severity: 'error', title: 'A surface that a guard does not see' },
  'check/unserved-surface': { severity: 'error', title: 'A surface that no target of its model can serve' },
  'check/slow-pattern': { severity: 'error', title: 'A regular expression that does not run in linear time' },
  'check/unpriced-model': { severity: 'error', title: 'A model without a price under a budget' },
  'check/limit-never-binds': { severity: 'error', title: 'A limit that another one always reaches first' },
  'check/unattached': { severity: 'error', title: 'An entry that has no effect on anything' },
  'check/gated-dead-end': { severity: 'warning', title: 'A rule that leads nowhere while a mode is on' },
  'check/not-in-force': {
    severity: 'warning',
    title: 'A setting that is proved but not carried out by this version',
  },
  'resolve/cannot-free': {
    severity: 'error',
    title: 'A backend that cannot be asked to unload its models',
  },
  'resolve/invalid-network': { severity: 'error', title: 'A network of addresses that is none' },
  'check/idle-allowance': { severity: 'warning', title: 'An allowance that no find can have' },
  'check/idle-setting': { severity: 'warning', title: 'A setting that has nothing to act on' },
  'check/untested-pack': { severity: 'warning', title: 'A pack of detectors without cases' },
  'check/alert-bounds': { severity: 'error', title: 'An alert that can never fire, or never clear' },
}

/** Path of a code's page, from the root of the repository. */
export function docsOf(code: DiagnosticCode): string {
  return `docs/diagnostics/${code.replace('/', '-')}.md`
}
