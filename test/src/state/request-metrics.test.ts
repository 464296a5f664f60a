import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Database, openDatabase } from '../../../src/adapters/sqlite/open-database.ts'
import { createRequestMetrics, type RequestMetrics } from '../../../src/state/request-metrics.ts'
import { createUsageBook, USAGE_MIGRATIONS } from '../../../src/state/usage-book.ts'
import { packRecords } from '../../../src/table/packed-records.ts'
import type { RequestRecord } from '../../../src/table/request-record.ts'
import { makeRecord, NOON } from '../make-record.ts'

let database: Database
let metrics: RequestMetrics

beforeEach(() => {
  database = openDatabase(':memory:', USAGE_MIGRATIONS)
  metrics = createRequestMetrics()
})

afterEach(() => database.close())

function keep(...records: RequestRecord[]): string[] {
  createUsageBook(database, metrics.observe).keep(packRecords(records))
  return metrics
    .text()
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#') && !line.includes('_bucket'))
}

describe('createRequestMetrics', () => {
  it('counts a stream with all that is known of it', () => {
    const record = makeRecord({
      id: 'a',
      stream: true,
      endedAt: NOON + 2000,
      firstTokenMs: 500,
      overheadUs: 700,
      queuedMs: 250,
      rule: 'main/else',
      failures: [{ backend: 'dead', model: 'm', cause: 'connect', ms: 3 }],
      usage: { input: 100, cachedInput: 40, output: 16, source: 'wire' },
    })
    const of = 'gen_ai_operation_name="chat",gen_ai_request_model="fast",gen_ai_provider_name="gpu"'
    // Twice: what is delivered again counts once.
    expect([keep(record), keep(record)].at(-1)).toEqual([
      'aicc_requests_total{client="crew",model="fast",backend="gpu",surface="chat",status="200"} 1',
      'aicc_attempt_failures_total{backend="dead",model="m",cause="connect"} 1',
      'aicc_decisions_total{rule="main/else"} 1',
      'aicc_tokens_total{client="crew",model="fast",gen_ai_token_type="input"} 60',
      'aicc_tokens_total{client="crew",model="fast",gen_ai_token_type="input_cached"} 40',
      'aicc_tokens_total{client="crew",model="fast",gen_ai_token_type="output"} 16',
      'aicc_cost_usd_total{client="crew",model="fast"} 0.001',
      `gen_ai_server_request_duration_seconds_sum{${of},error_type=""} 2`,
      `gen_ai_server_request_duration_seconds_count{${of},error_type=""} 1`,
      `gen_ai_server_time_to_first_token_seconds_sum{${of}} 0.5`,
      `gen_ai_server_time_to_first_token_seconds_count{${of}} 1`,
      `gen_ai_server_time_per_output_token_seconds_sum{${of}} 0.1`,
      `gen_ai_server_time_per_output_token_seconds_count{${of}} 1`,
      'aicc_overhead_seconds_sum{surface="chat"} 0.0007',
      'aicc_overhead_seconds_count{surface="chat"} 1',
      'aicc_queue_seconds_sum{backend="gpu"} 0.25',
      'aicc_queue_seconds_count{backend="gpu"} 1',
    ])
  })

  it('counts a refusal, which has no model and no price', () => {
    const nothing = { model: null, backend: null, backendModel: null, cost: null, attempts: 0 }
    const usage = { input: 0, cachedInput: 0, output: 0, source: 'estimate' } as const
    const lines = keep(makeRecord({ id: 'a', ...nothing, usage, status: 429, error: 'insufficient_quota' }))
    expect(lines).toContain(
      'aicc_requests_total{client="crew",model="",backend="",surface="chat",status="429"} 1',
    )
    expect(lines).toContain('aicc_errors_total{client="crew",model="",error_type="insufficient_quota"} 1')
    expect(lines.filter((line) => /cost|first_token|per_output/.test(line))).toEqual([])
  })
})
