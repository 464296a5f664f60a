import { describe, expect, it } from 'vitest'
import { renderUsage, renderUsageCsv } from '../../../compiler/commands/render-usage.ts'
import type { UsageReport, UsageRow } from '../../../src/table/usage-report.ts'

function row(fields: Partial<UsageRow>): UsageRow {
  return {
    name: 'crew',
    requests: 3,
    failed: 1,
    gone: 0,
    inputTokens: 1200,
    cachedInputTokens: 200,
    outputTokens: 50,
    estimated: 0,
    cost: 1_234_567_891,
    unpriced: 0,
    ...fields,
  }
}

function report(fields: Partial<UsageReport>): UsageReport {
  return {
    by: 'client',
    since: '2026-11-20T12:00:00.000Z',
    until: '2026-11-21T12:00:00.000Z',
    keptSince: '2026-10-22T12:00:00.000Z',
    rows: [],
    budgets: [],
    ...fields,
  }
}

describe('renderUsage', () => {
  it('shows rows, remarks and budgets', () => {
    const budget = {
      client: 'crew',
      per: 'day',
      period: '2026-11-21',
      limit: 5e9,
      used: 1e9,
      left: 4e9,
    } as const
    const rows = [
      row({ estimated: 1, gone: 2 }),
      row({ name: null, cost: 12, unpriced: 2 }),
      row({ name: 'home', cost: 0, unpriced: 3 }),
    ]
    expect(renderUsage(report({ rows, budgets: [budget], since: '2026-10-01T00:00:00.000Z' }))).toBe(
      `from 2026-10-01T00:00:00.000Z to 2026-11-21T12:00:00.000Z
records before 2026-10-22T12:00:00.000Z are kept no more

client  requests  failed  input  cached  output  usd
crew    3         1       1200   200     50      1.234568
-       3         1       1200   200     50      <0.000001
home    3         1       1200   200     50      -
of 2 requests the client hung up before the end: no failure
tokens of 1 request are estimated: the backend said none
5 requests went to models without a price

budgets
client  period      used      left      of
crew    2026-11-21  1.000000  4.000000  5.000000`,
    )
  })

  it('says that there was nothing', () => {
    expect(renderUsage(report({}))).toBe(
      'from 2026-11-20T12:00:00.000Z to 2026-11-21T12:00:00.000Z\n\nno request',
    )
  })
})

describe('renderUsageCsv', () => {
  it('gives exact numbers, and names as RFC 4180 has them', () => {
    const rows = [row({ gone: 1 }), row({ name: 'a,"b"', cost: 0 }), row({ name: null })]
    expect(renderUsageCsv(report({ rows }))).toBe(
      `name,requests,failed,input_tokens,cached_input_tokens,output_tokens,estimated,cost_nano_usd,unpriced,client_gone
crew,3,1,1200,200,50,0,1234567891,0,1
"a,""b""",3,1,1200,200,50,0,0,0,0
,3,1,1200,200,50,0,1234567891,0,0`,
    )
  })
})
