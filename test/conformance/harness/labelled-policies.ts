/**
 * A policy with a cloud, a home and all that decides between them. Ids on the wire begin with the zone that they are
 * in, so that a test can say what must never have been seen where.
 */
import type { Condition, RuleConfig } from '../../../compiler/config/rules.ts'
import type { Policies } from './start-gateway.ts'

/** A pattern of the policy makes text with this word a secret: it stays at home, or is blocked. */
export const SECRET_WORD = 'hermes'

/** Most text that is scanned. */
export const SCAN_BYTES = 4096

const header = (name: string): Condition => ({ header: { [name]: { present: true } } })

const RULES: RuleConfig[] = [
  { id: 'tea', when: header('x-tea'), block: { status: 418, message: 'No tea here.' } },
  { id: 'forced', when: header('x-force'), to: 'gated', force: true },
  { id: 'gated', when: header('x-gated'), to: 'gated' },
  { id: 'sick', when: { all: [header('x-sick'), { not: { healthy: 'sick' } }] }, to: 'home' },
  { id: 'well', when: header('x-sick'), to: 'sick' },
  { id: 'judged', when: { all: [header('x-judged'), { complexity: 'complex' }] }, to: 'home' },
  {
    id: 'edited',
    when: header('x-edited'),
    to: 'cloud',
    set: { temperature: 0.5, seed: 7 },
    clamp: { max_tokens: { max: 100 } },
  },
  {
    id: 'redacted',
    when: header('x-redacted'),
    to: 'cloud',
    redact: { detectors: ['pii', 'secrets'], relabel: 'none' },
  },
  {
    id: 'halved',
    when: header('x-halved'),
    split: [
      { to: 'cloud', weight: 1 },
      { to: 'home', weight: 1 },
    ],
  },
  { id: 'valued', when: { header: { 'x-tier': ['gold', 'silver'] } }, to: 'home' },
  { id: 'phrase', when: { prompt: { contains: '#home' } }, to: 'home' },
  { id: 'else', to: 'cloud' },
]

export function labelledPolicies(upstream: string): Policies {
  const at = (path: string): string => `${upstream}/${path}/v1`
  return {
    backends: {
      modes: { gaming: { whenOn: 'force-only' } },
      backends: {
        cloud: {
          kind: 'openai',
          url: at('cloud'),
          health: 'off',
          zone: 'cloud',
          models: { a: { id: 'cloud/a' }, b: { id: 'cloud/b' }, '*': { id: 'cloud/any-*' } },
        },
        home: {
          kind: 'openai',
          url: at('home'),
          health: 'off',
          zone: 'local',
          models: {
            a: { id: 'home/a' },
            b: { id: 'home/b' },
            down: { id: 'home/down' },
            cut: { id: 'home/cut' },
            judge: { id: 'home/judge' },
          },
        },
        gated: {
          kind: 'openai',
          url: at('gated'),
          health: 'off',
          zone: 'local',
          mode: 'gaming',
          models: { a: { id: 'home/gated' } },
        },
        sick: {
          kind: 'openai',
          url: at('sick'),
          zone: 'local',
          health: 'off',
          models: { a: { id: 'home/sick' } },
        },
      },
    },
    policy: {
      // One failure says enough.
      breaker: { minimum: 1 },
      zones: ['cloud', 'lan', 'local'],
      // Who is asked how often is the business of `test/faults/`.
      retry: { times: 0 },
      labels: {
        private: { mayReach: 'local', onDenied: { reroute: 'home' } },
        secret: { mayReach: 'local', onDenied: 'block' },
      },
      classify: {
        scan: { maxBytes: `${SCAN_BYTES / 1024}KiB` },
        privacy: {
          label: 'private',
          patterns: [{ id: 'codename', regex: `(?i)${SECRET_WORD}`, label: 'secret' }],
        },
        injection: { action: 'block' },
        complexity: { classifier: { model: 'judge', timeout: '2s' } },
      },
      models: {
        auto: { rules: 'main' },
        cloud: { targets: ['cloud/a'] },
        home: { targets: ['home/a'], keepAlive: 'off' },
        gated: { targets: ['gated/a'] },
        sick: { targets: ['sick/a'] },
        judge: { targets: ['home/judge'] },
        // At home it fails, and the fallback is in the cloud.
        falling: { targets: ['home/down'], fallback: ['cloud/b'] },
        breaking: { targets: ['home/cut'], fallback: ['cloud/b'], keepAlive: 'off' },
        even: { targets: ['cloud/a', 'cloud/b', 'home/b'] },
        'org-*': { targets: ['cloud/*'] },
      },
      rules: { main: RULES },
    },
    clients: { clients: { home: { keys: [{ env: 'AICC_CLIENT_KEY' }], models: '*' } } },
  }
}
