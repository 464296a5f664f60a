import { describe, expect, it } from 'vitest'
import { renderWhy } from '../../../compiler/commands/render-why.ts'
import type { HistoryEntry } from '../../../src/table/history.ts'

const ENTRY: HistoryEntry = {
  seq: 7,
  id: '0d9f3c1e-0000-4000-8000-000000000001',
  correlationId: 'mine-17',
  startedAt: Date.UTC(2026, 10, 21, 12),
  endedAt: Date.UTC(2026, 10, 21, 12, 0, 2),
  client: 'crew',
  surface: 'chat',
  asked: 'auto',
  model: 'big',
  backend: 'gpu-3090',
  backendModel: 'coder-14b',
  rule: 'main/medium',
  variant: 'big',
  digest: '274acd70f6b0'.repeat(5),
  stream: true,
  status: 200,
  error: null,
  attempts: 2,
  failures: [
    { backend: 'gpu-3070', model: 'coder-7b', cause: 'timeout', ms: 900 },
    { backend: 'ollama', model: 'small', cause: 'busy', ms: 0 },
  ],
  firstTokenMs: 1200,
  tokensPerSecond: 67.5,
  overheadUs: 412,
  queuedMs: 40,
  tags: ['batch'],
  lost: 2,
  inputTokens: 900,
  cachedInputTokens: 300,
  outputTokens: 55,
  estimated: false,
  cost: 1_250_000,
  verdict: {
    labels: { private: ['secrets'] },
    counts: { 'secrets/aws-key': 1 },
    finds: [],
    passedOver: [],
    unread: ['images'],
    injection: { flagged: true, score: 0.93, channel: 'user', reasons: ['override'], finds: [] },
    complexity: null,
  },
}

describe('renderWhy', () => {
  it('tells all there is', () => {
    expect(renderWhy(ENTRY)).toBe(`crew asked chat for \`auto\`, as a stream
request     0d9f3c1e-0000-4000-8000-000000000001 (mine-17)
at          2026-11-21T12:00:00.000Z
policy      274acd70f6b0
labels      private (secrets)
found       1 secrets/aws-key
not read    images
injection   flagged, 0.93 in user: override
tags        batch
went to     \`big\`, by the rule \`main/medium\`, whose split put it on \`big\`
last asked  gpu-3090/coder-14b, 2 attempts in all
failed      gpu-3070/coder-7b: timeout after 900 ms
failed      ollama/small: busy
ended       200; its translation left 2 fields out
took        2000 ms, first token after 1200 ms, then 67.5 tokens a second, 40 ms in line, 0.41 ms of it the gateway's own
used        900 tokens in (300 cached), 55 out, 0.001250 USD`)
  })

  it('says who was not asked in its turn, and who was in the end', () => {
    const skipped: HistoryEntry['skipped'] = [
      { backend: 'gpu-3090', model: 'coder-14b', why: 'down' },
      { backend: 'gaming-pc', model: 'big', why: 'mode', mode: 'gaming' },
      { backend: 'ollama', model: 'small', why: 'full' },
      { backend: 'cloud', model: 'sonnet', why: 'limit' },
    ]
    expect(renderWhy({ ...ENTRY, skipped })).toContain(`, 2 attempts in all
skipped     gpu-3090/coder-14b: it was held to be down; asked later
skipped     gaming-pc/big: mode \`gaming\` was on
skipped     ollama/small: it worked on as many requests as it may
skipped     cloud/sonnet: the limits of its backend were used up
failed      gpu-3070`)
  })

  it('never says that a part took longer than the whole', () => {
    const { tokensPerSecond: _, ...ended } = ENTRY
    const quick = {
      ...ended,
      endedAt: ENTRY.startedAt + 2,
      firstTokenMs: null,
      queuedMs: 0,
      overheadUs: 5000,
    }
    expect(renderWhy(quick)).toContain("took        5 ms, 5.00 ms of it the gateway's own\n")
  })

  it('tells of a refusal', () => {
    const { tokensPerSecond: _, variant: __, ...ended } = ENTRY
    const refused: HistoryEntry = {
      ...ended,
      correlationId: ENTRY.id,
      asked: null,
      model: null,
      backend: null,
      backendModel: null,
      rule: null,
      stream: false,
      status: 404,
      error: 'model_not_found',
      attempts: 0,
      failures: [],
      firstTokenMs: null,
      overheadUs: null,
      queuedMs: 0,
      tags: [],
      lost: 0,
      inputTokens: 0,
      cachedInputTokens: 0,
      outputTokens: 0,
      cost: null,
      verdict: null,
    }
    expect(renderWhy(refused)).toBe(`crew asked chat for a model that is not known here
request     0d9f3c1e-0000-4000-8000-000000000001
at          2026-11-21T12:00:00.000Z
policy      274acd70f6b0
went        nowhere
ended       404 model_not_found
took        2000 ms
used        0 tokens in, 0 out`)
  })

  it.each([
    { asked: 'big', rule: null, says: 'went to     `big`, by its name' },
    { asked: 'gpt-4', rule: null, says: 'went to     `big`, by a name that stands for it' },
    {
      asked: 'gpt-4',
      rule: null,
      labels: { private: ['pii'] },
      says: 'went to     `big`, by a name that stands for it, or sent there by a label',
    },
    { asked: 'gpt-4', rule: null, verdict: null, says: 'went to     `big`, by a name that stands for it' },
  ])('says how $asked came to big', ({ asked, rule, labels = {}, verdict, says }) => {
    const { variant: _, ...named } = ENTRY
    const found = verdict === null || ENTRY.verdict === null ? null : { ...ENTRY.verdict, labels }
    expect(renderWhy({ ...named, asked, rule, verdict: found }).split('\n')).toContain(says)
  })

  it('says that nobody was asked where a budget stood in the way', () => {
    const refused = {
      ...ENTRY,
      backend: null,
      backendModel: null,
      attempts: 0,
      status: 429,
      variant: undefined,
    }
    const { variant: _, ...entry } = { ...refused, rule: null, asked: 'big' }
    expect(renderWhy(entry).split('\n')).toContain('went to     nowhere; it was for `big`, by its name')
  })

  it('counts one of a thing as one', () => {
    expect(renderWhy({ ...ENTRY, inputTokens: 1, cachedInputTokens: 0 })).toContain('1 token in, 55 out')
  })
})
