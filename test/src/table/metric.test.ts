import { describe, expect, it } from 'vitest'
import { createCounter, createHistogram, gaugeText, MOST_SERIES } from '../../../src/table/metric.ts'

describe('createCounter', () => {
  it('adds up by its labels', () => {
    const counter = createCounter('seen_total', 'Seen.', ['who', 'where'])
    counter.add(1, 'a', 'x')
    counter.add(2, 'a', 'x')
    counter.add(0.5, 'b "c"\\\n', '')
    expect(counter.text()).toBe(
      '# HELP seen_total Seen.\n# TYPE seen_total counter\n' +
        'seen_total{who="a",where="x"} 3\nseen_total{who="b \\"c\\"\\\\\\n",where=""} 0.5\n',
    )
  })

  it('bounds its series, and counts the rest together', () => {
    const counter = createCounter('seen_total', 'Seen.', ['who'])
    for (let i = 0; i < MOST_SERIES + 500; i += 1) counter.add(1, `name-${i}`)
    const lines = counter.text().trim().split('\n').slice(2)
    expect(lines).toHaveLength(MOST_SERIES + 1)
    expect(lines.at(-1)).toBe('seen_total{who="other"} 500')
  })

  it('does not take one label for two', () => {
    const counter = createCounter('seen_total', 'Seen.', ['a', 'b'])
    counter.add(1, 'x', 'y,z')
    counter.add(1, 'x,y', 'z')
    expect(counter.text().match(/ 1$/gm)).toHaveLength(2)
  })
})

describe('createHistogram', () => {
  it('counts what is at or below each bound', () => {
    const histogram = createHistogram('took_seconds', 'Took.', { labels: ['of'], buckets: [0.1, 1] })
    for (const amount of [0.1, 0.5, 2]) histogram.observe(amount, 'a')
    expect(histogram.text()).toBe(
      '# HELP took_seconds Took.\n# TYPE took_seconds histogram\n' +
        'took_seconds_bucket{of="a",le="0.1"} 1\ntook_seconds_bucket{of="a",le="1"} 2\n' +
        'took_seconds_bucket{of="a",le="+Inf"} 3\ntook_seconds_sum{of="a"} 2.6\ntook_seconds_count{of="a"} 3\n',
    )
  })
})

it('gaugeText() says how it stands', () => {
  const labels = ['backend']
  const samples = [
    ['gpu', 1],
    ['cloud', 0],
  ] as const
  expect(gaugeText('up', 'Up.', { labels, samples })).toBe(
    '# HELP up Up.\n# TYPE up gauge\nup{backend="gpu"} 1\nup{backend="cloud"} 0\n',
  )
  expect(gaugeText('now', 'Now.', { samples: [[3]] })).toBe('# HELP now Now.\n# TYPE now gauge\nnow 3\n')
})
