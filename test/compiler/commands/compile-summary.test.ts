import { describe, expect, it } from 'vitest'
import { compileSummary } from '../../../compiler/commands/compile-summary.ts'
import { compileTexts } from '../../property/compile-documents.ts'

const BACKENDS = `
backends:
  a: { kind: openai, url: http://127.0.0.1:8001, models: { m: { id: m }, n: { id: n } } }
  b: { kind: openai, url: http://127.0.0.1:8002, models: { m: { id: m } } }
`
const CLIENTS = `clients: { home: { keys: [{ env: HOME_KEY }], models: '*' } }`

async function summary(policy: string, all = false): Promise<string[]> {
  const result = await compileTexts({ policy, backends: BACKENDS, clients: CLIENTS })
  if (!result.ok) throw new Error(result.diagnostics[0]?.message)
  return compileSummary(result.policy, { all }).split('\n')
}

const MODELS = `
models:
  auto: { rules: main }
  big: { targets: [a/m, b/m], fallback: [quick, a/m] }
  quick: { targets: [a/n], timeouts: { firstToken: 2s } }
  fast: { targets: [a/n] }
  large: { targets: [b/m] }
  short: { targets: [a/m, b/m], timeouts: { firstToken: 20s, total: 30s } }
rules:
  main: [{ id: else, to: b/m }]
`

describe('the summary of a policy', () => {
  it('names what waits longest, and what needs no key', async () => {
    expect(await summary(MODELS)).toEqual([
      'worst case until a first token: `big` 3 attempts, 3m; `b/m`, `fast`, `large` 1 attempt, 1m; 2 more wait less (--verbose)',
      'open without a key: /health',
      '',
    ])
  })

  it('lists all models when asked to; no wait is longer than the whole request may take', async () => {
    const [worst] = await summary(MODELS, true)
    expect(worst).toMatch(/; `short` 2 attempts, 30s; `quick` 1 attempt, 2s$/)
  })
})
