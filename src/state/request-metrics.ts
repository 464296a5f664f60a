/**
 * Counts and durations of the records that are kept, as Prometheus reads them. Labels hold names of the policy, codes and
 * statuses only; were there ever too many series, the rest are counted together.
 * GenAI names: open-telemetry/semantic-conventions-genai, docs/gen-ai (in development); `.` becomes `_`.
 */
import type { RECORD_COLUMNS, PackedValue } from '../table/packed-records.ts'
import type { FailedAttempt } from '../table/request-record.ts'
import { createCounter, createHistogram, type Metric } from '../table/metric.ts'

type Column = (typeof RECORD_COLUMNS)[number]

export interface RequestMetrics {
  /** @param value of a column of one record that was kept for the first time */
  observe: (value: (column: Column) => PackedValue) => void
  /** In Prometheus' text format, each line with its end. */
  text: () => string
}

/** Seconds. OpenTelemetry's advice for durations of GenAI requests, and below it for what takes less. */
const REQUEST_BUCKETS = [
  0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92,
]
const TOKEN_BUCKETS = [0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5]
const OVERHEAD_BUCKETS = [0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.05, 0.25, 1]

/** OpenTelemetry's names for operations; the others have ours. */
const OPERATIONS: Readonly<Record<string, string>> = {
  chat: 'chat',
  messages: 'chat',
  responses: 'chat',
  completions: 'text_completion',
  embeddings: 'embeddings',
}

const NANO = 1e9

export function createRequestMetrics(): RequestMetrics {
  const requests = createCounter('aicc_requests_total', 'Requests that were let in, by what answered them.', [
    'client',
    'model',
    'backend',
    'surface',
    'status',
  ])
  const errors = createCounter('aicc_errors_total', 'Requests that ended with an error, by its code.', [
    'client',
    'model',
    'error_type',
  ])
  const failures = createCounter('aicc_attempt_failures_total', 'Attempts at backends that did not answer.', [
    'backend',
    'model',
    'cause',
  ])
  const decisions = createCounter('aicc_decisions_total', 'Requests by the rule that decided.', ['rule'])
  const tokens = createCounter('aicc_tokens_total', 'Tokens, told by backends or estimated.', [
    'client',
    'model',
    'gen_ai_token_type',
  ])
  const cost = createCounter('aicc_cost_usd_total', 'Cost by the prices of the policy.', ['client', 'model'])
  const operation = ['gen_ai_operation_name', 'gen_ai_request_model', 'gen_ai_provider_name'] as const
  const duration = createHistogram(
    'gen_ai_server_request_duration_seconds',
    'From the request to the end of its answer.',
    { labels: [...operation, 'error_type'], buckets: REQUEST_BUCKETS },
  )
  const firstToken = createHistogram(
    'gen_ai_server_time_to_first_token_seconds',
    'From the request to the first event with content, of streams.',
    { labels: operation, buckets: REQUEST_BUCKETS },
  )
  const perToken = createHistogram(
    'gen_ai_server_time_per_output_token_seconds',
    'Between two tokens behind the first, of streams, on average over the answer.',
    { labels: operation, buckets: TOKEN_BUCKETS },
  )
  const overhead = createHistogram('aicc_overhead_seconds', 'What the gateway itself took.', {
    labels: ['surface'],
    buckets: OVERHEAD_BUCKETS,
  })
  const queued = createHistogram(
    'aicc_queue_seconds',
    'In line for a place at a backend, of who had to wait.',
    {
      labels: ['backend'],
      buckets: REQUEST_BUCKETS,
    },
  )
  const all: readonly Metric[] = [
    requests,
    errors,
    failures,
    decisions,
    tokens,
    cost,
    duration,
    firstToken,
    perToken,
    overhead,
    queued,
  ]
  return {
    observe(value) {
      const text = (column: Column): string => String(value(column) ?? '')
      const number = (column: Column): number => Number(value(column) ?? 0)
      const [client, model, backend, surface] = [
        text('client'),
        text('model'),
        text('backend'),
        text('surface'),
      ]
      requests.add(1, client, model, backend, surface, text('status'))
      const error = text('error')
      if (error !== '') errors.add(1, client, model, error)
      if (value('rule') !== null) decisions.add(1, text('rule'))
      for (const { backend: asked, model: of, cause } of failuresIn(value('failures'))) {
        failures.add(1, asked, of, cause)
      }
      tokens.add(number('input') - number('cached_input'), client, model, 'input')
      tokens.add(number('cached_input'), client, model, 'input_cached')
      tokens.add(number('output'), client, model, 'output')
      if (value('cost') !== null) cost.add(number('cost') / NANO, client, model)
      const done = [OPERATIONS[surface] ?? surface, model, backend] as const
      const took = (number('ended_at') - number('started_at')) / 1000
      duration.observe(took, ...done, error)
      overhead.observe(number('overhead_us') / 1e6, surface)
      if (number('queued_ms') > 0) queued.observe(number('queued_ms') / 1000, backend)
      if (value('first_token_ms') === null) return
      const first = number('first_token_ms') / 1000
      firstToken.observe(first, ...done)
      if (number('output') > 1) perToken.observe((took - first) / (number('output') - 1), ...done)
    },
    text: () => all.map((metric) => metric.text()).join(''),
  }
}

/** As toRecord() wrote it. */
function failuresIn(json: PackedValue): FailedAttempt[] {
  return json === null ? [] : (JSON.parse(String(json)) as FailedAttempt[])
}
