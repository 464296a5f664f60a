/** Rules, labels and guards as the compiler would emit them, for tests of what they do. */
import type {
  InjectionGuard,
  Label,
  Needs,
  PrivacyGuard,
  PrivacyPattern,
  RouteTable,
  Rule,
} from '../../src/table/route-table.ts'
import { makeTable } from './make-snapshot.ts'

/** Without fields it always holds and routes to `fast`. */
export function makeRule(fields: Partial<Rule> = {}): Rule {
  return {
    id: 'else',
    when: null,
    addTags: [],
    set: {},
    clamp: {},
    redact: null,
    action: { kind: 'route', to: 'fast', force: false },
    ...fields,
  }
}

/** Without fields it may reach `local` (rank 2) only. */
export function makeLabel(fields: Partial<Label> = {}): Label {
  return { mayReach: 2, onDenied: null, trace: 'metadata-only', cache: 'none', ...fields }
}

export function makePrivacy(fields: Partial<PrivacyGuard> = {}): PrivacyGuard {
  return {
    detectors: ['secrets', 'pii'],
    patterns: [],
    entropy: { threshold: 4, minLength: 24 },
    allow: { values: [], domains: [], networks: [] },
    off: [],
    atLeast: {},
    label: 'private',
    surfaces: ['chat', 'completions', 'embeddings'],
    ...fields,
  }
}

/** Without fields it looks for `hermes` and puts on `private`. */
export function makePattern(fields: Partial<PrivacyPattern> = {}): PrivacyPattern {
  return {
    id: 'codename',
    source: 'hermes',
    flags: 'iu',
    label: 'private',
    literals: null,
    group: null,
    check: null,
    minEntropy: 0,
    placeholder: null,
    ...fields,
  }
}

export function makeInjection(fields: Partial<InjectionGuard> = {}): InjectionGuard {
  return {
    action: 'flag',
    thresholds: { user: 0.55, tool: 0.7, document: 0.7 },
    off: [],
    model: true,
    surfaces: ['chat'],
    ...fields,
  }
}

/** Everything is computed. */
export const ALL_NEEDS: Needs = { headers: [], text: true, complexity: true, time: true }

/** `auto` goes by these rules, with a privacy guard whose label `private` stays in zone `local`. */
export function makeRuledTable(rules: Rule[], fields: Partial<RouteTable> = {}): RouteTable {
  const base = makeTable()
  return {
    ...base,
    needs: ALL_NEEDS,
    names: { ...base.names, auto: 'auto' },
    models: { ...base.models, auto: { kind: 'ruled', rules: 'main' } },
    rulesets: { main: rules },
    labels: { private: makeLabel() },
    classify: { ...base.classify, privacy: makePrivacy() },
    ...fields,
  }
}
