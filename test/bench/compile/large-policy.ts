/** A policy of any size in which every rule can decide, every model is used and labels flow everywhere. */
import type { PolicyDocuments } from '../../property/policy-documents.ts'

export interface PolicySize {
  rules: number
  models: number
  backends: number
}

const ZONES = ['cloud', 'lan', 'local']

export function largePolicy({ rules, models, backends }: PolicySize): PolicyDocuments {
  const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i)
  const modelAt = (i: number): string => `model-${i % models}`
  return {
    backends: {
      backends: Object.fromEntries(
        range(backends).map((i) => [
          `backend-${i}`,
          {
            kind: 'openai',
            url: `http://127.0.0.1:${10_000 + i}`,
            zone: ZONES[i % ZONES.length] ?? 'cloud',
            models: { a: { id: 'a', context: 32_768 }, b: { id: 'b', context: 131_072 } },
          },
        ]),
      ),
    },
    policy: {
      zones: ZONES,
      labels: {
        private: { mayReach: 'local', onDenied: 'block' },
        internal: { mayReach: 'lan', onDenied: { reroute: 'model-1' } },
      },
      classify: {
        privacy: {
          detectors: ['secrets', 'pii'],
          patterns: [{ id: 'codename', regex: '(?i)project hermes', label: 'internal' }],
          label: 'private',
        },
        injection: { action: 'flag' },
      },
      models: {
        auto: { rules: 'main' },
        ...Object.fromEntries(
          range(models).map((i) => [
            modelAt(i),
            {
              targets: [`backend-${i % backends}/a`, `backend-${(i + 3) % backends}/a`],
              ...(i % 2 === 0 && i + 1 < models
                ? { fallback: [`backend-${(i + 1) % backends}/b`, modelAt(i + 1)] }
                : {}),
            },
          ]),
        ),
      },
      rules: {
        main: [
          ...range(rules - 1).map((i) => ({ id: `rule-${i}`, when: conditionAt(i), to: modelAt(i) })),
          { id: 'else', to: modelAt(0) },
        ],
      },
    },
    clients: {
      clients: {
        home: { keys: [{ env: 'KEY_HOME' }], models: '*' },
        team: { keys: [{ env: 'KEY_TEAM' }], models: ['auto'], labels: ['internal'], tags: ['team'] },
      },
    },
  }
}

/** Each looks at something of its own, so that none shadows another; a few kinds by turns. */
function conditionAt(
  i: number,
): NonNullable<NonNullable<PolicyDocuments['policy']['rules']>[string][number]['when']> {
  switch (i % 5) {
    case 0:
      return { prompt: { contains: `keyword ${i}` } }
    case 1:
      return { header: { 'x-route': `route-${i}` } }
    case 2:
      return { tokens: { atLeast: i * 10, below: i * 10 + 5 }, client: 'home' }
    case 3:
      return {
        any: [{ prompt: { contains: `word ${i}`, in: 'system' } }, { header: { 'x-task': `task-${i}` } }],
      }
    default:
      return {
        label: 'internal',
        prompt: { contains: `topic ${i}`, in: 'conversation' },
        not: { tag: 'team' },
      }
  }
}
