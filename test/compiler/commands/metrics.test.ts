import { expect, it } from 'vitest'
import { renderMetrics } from '../../../compiler/commands/metrics.ts'
import { parseMetrics } from '../../../src/control/parse-metrics.ts'
import { createCounter, createHistogram, gaugeText } from '../../../src/table/metric.ts'

function exposition(): string {
  const counter = createCounter('seen_total', 'Seen.', ['who', 'what'])
  counter.add(2, 'a "b"\\\n', '')
  const histogram = createHistogram('took_seconds', 'Took.', { labels: ['of'], buckets: [1] })
  for (const amount of [0.1, 0.2]) histogram.observe(amount, 'x')
  return counter.text() + histogram.text() + gaugeText('up', 'Up.', { samples: [[1]] })
}

it('reads what is written', () => {
  expect(parseMetrics(exposition())).toEqual([
    {
      name: 'seen_total',
      kind: 'counter',
      help: 'Seen.',
      samples: [{ name: 'seen_total', labels: { who: 'a "b"\\\n', what: '' }, value: 2 }],
    },
    {
      name: 'took_seconds',
      kind: 'histogram',
      help: 'Took.',
      samples: [
        { name: 'took_seconds_sum', labels: { of: 'x' }, value: 0.1 + 0.2 },
        { name: 'took_seconds_count', labels: { of: 'x' }, value: 2 },
      ],
    },
    { name: 'up', kind: 'gauge', help: 'Up.', samples: [{ name: 'up', labels: {}, value: 1 }] },
  ])
})

it('shows people a table, of histograms the mean', () => {
  const [, ...others] = parseMetrics(exposition())
  expect(renderMetrics(others)).toBe(
    ['metric        of    value', 'took_seconds  of=x  2, mean 0.15', 'up                  1'].join('\n'),
  )
  expect(renderMetrics([])).toBe('nothing yet')
})
