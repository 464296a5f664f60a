import { describe, expect, it } from 'vitest'
import { compileSummary } from '../../../compiler/commands/compile-summary.ts'
import { compileTexts } from '../../property/compile-documents.ts'

const BACKENDS = `
backends:
  a: { kind: openai, url: http://127.0.0.1:8001, models: { m: { id: m }, n: { id: n } } }
  b: { kind: openai, url: http://127.0.0.1:8002, models: { m: { id: m } } }
`
const CLIENTS = `clients: { home: { keys: [{ env: HOME_KEY }], models: '*' } }`

function summary(policy: string, { all = false, backends = BACKENDS } = {}): Promise<string[]> {
  return summaryOf(`retry: { times: 0 }\n${policy}`, { all, backends })
}

async function summaryOf(policy: string, { all = false, backends = BACKENDS } = {}): Promise<string[]> {
  const result = await compileTexts({ policy, backends, clients: CLIENTS })
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

  it('counts retries and the waits before them', async () => {
    const retries = 'retry: { times: 2, longestWait: 4s }\nmodels: { big: { targets: [a/m, b/m] } }'
    expect((await summaryOf(retries))[0]).toBe('worst case until a first token: `big` 4 attempts, 248s')
  })

  it('lists all models when asked to; no wait is longer than the whole request may take', async () => {
    const [worst] = await summary(MODELS, { all: true })
    expect(worst).toMatch(/; `short` 2 attempts, 30s; `quick` 1 attempt, 2s$/)
  })

  it('says which prices were looked up', async () => {
    const ids = { m: 'gpt-4o', n: 'gpt-4o-mini', o: 'text-embedding-3-small', own: 'gpt-4.1' }
    const models = Object.entries(ids).map(
      ([name, id]) => `${name}: { id: ${id}${name === 'own' ? ', price: none' : ''} }`,
    )
    const backends = `
backends:
  a: { kind: openai, url: http://127.0.0.1:8001, models: { ${models.join(', ')} } }
  b: { kind: openai, url: http://127.0.0.1:8002, zone: local, models: { m: { id: gpt-4o } } }
`
    const looked = (lines: string[]): string | undefined => lines.find((line) => line.startsWith('prices'))
    const head = 'prices from the list of 2026-08-01, USD per million tokens:'
    const two = '`a/m` 2.5 in (1.25 cached), 10 out; `a/n` 0.15 in (0.075 cached), 0.6 out'
    expect(looked(await summary(MODELS, { backends }))).toBe(`${head} ${two}; 1 more (--verbose)`)
    expect(looked(await summary(MODELS, { backends, all: true }))).toBe(
      `${head} ${two}; \`a/o\` 0.02 in (0.02 cached), 0 out`,
    )
    expect(looked(await summary(MODELS))).toBeUndefined()
  })
})
