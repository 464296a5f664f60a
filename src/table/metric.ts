/**
 * A counter, gauge or histogram with labels, in Prometheus' text format
 * (prometheus.io/docs/instrumenting/exposition_formats). The number of series is bounded.
 */
export interface Metric {
  /** Each line with its end; with nothing counted, the head alone. */
  text: () => string
}

export interface Counter extends Metric {
  /** @param values of the labels, in their order */
  add: (amount: number, ...values: readonly string[]) => void
}

export interface Histogram extends Metric {
  observe: (amount: number, ...values: readonly string[]) => void
}

/** More series of one metric are counted together, under `other`. */
export const MOST_SERIES = 2000
const OTHER = 'other'

export function createCounter(name: string, help: string, labels: readonly string[]): Counter {
  const series = createSeries(labels, () => ({ sum: 0 }))
  return {
    add(amount, ...values) {
      series.of(values).sum += amount
    },
    text: () => head(name, help, 'counter') + series.lines((label, { sum }) => `${name}${label()} ${sum}\n`),
  }
}

export interface HistogramOptions {
  labels: readonly string[]
  /** Upper bounds, ascending, without infinity. */
  buckets: readonly number[]
}

export function createHistogram(
  name: string,
  help: string,
  { labels, buckets }: HistogramOptions,
): Histogram {
  const series = createSeries(labels, () => ({ counts: buckets.map(() => 0), count: 0, sum: 0 }))
  return {
    observe(amount, ...values) {
      const one = series.of(values)
      one.count += 1
      one.sum += amount
      const at = buckets.findIndex((bound) => amount <= bound)
      if (at !== -1) one.counts[at] = (one.counts[at] ?? 0) + 1
    },
    text: () =>
      head(name, help, 'histogram') +
      series.lines((label, { counts, count, sum }) => {
        let below = 0
        const lines = counts.map((here, i) => {
          below += here
          return `${name}_bucket${label(['le', String(buckets[i])])} ${below}\n`
        })
        return (
          `${lines.join('')}${name}_bucket${label(['le', '+Inf'])} ${count}\n` +
          `${name}_sum${label()} ${sum}\n${name}_count${label()} ${count}\n`
        )
      }),
  }
}

/** A value as it is now: there is nothing to keep. @param samples values of the labels, and the value */
export function gaugeText(
  name: string,
  help: string,
  {
    labels = [],
    samples,
  }: { labels?: readonly string[]; samples: readonly (readonly [...string[], number])[] },
): string {
  const lines = samples.map((sample) => {
    const values = sample.slice(0, -1).map(String)
    return `${name}${labelText(labels, values)} ${sample.at(-1)}\n`
  })
  return head(name, help, 'gauge') + lines.join('')
}

interface Series<T> {
  of: (values: readonly string[]) => T
  lines: (write: (label: (more?: readonly [string, string]) => string, value: T) => string) => string
}

function createSeries<T>(labels: readonly string[], create: () => T): Series<T> {
  const known = new Map<string, { values: readonly string[]; value: T }>()
  const find = (values: readonly string[]): T | undefined => known.get(values.join('\n'))?.value
  const add = (values: readonly string[]): T => {
    const value = create()
    known.set(values.join('\n'), { values, value })
    return value
  }
  return {
    of(values) {
      const found = find(values)
      if (found !== undefined) return found
      if (known.size < MOST_SERIES) return add(values)
      const others = labels.map(() => OTHER)
      return find(others) ?? add(others)
    },
    lines: (write) =>
      Array.from(known.values(), ({ values, value }) =>
        write((more) => labelText(labels, values, more), value),
      ).join(''),
  }
}

function labelText(
  labels: readonly string[],
  values: readonly string[],
  more?: readonly [string, string],
): string {
  const pairs = labels.map((label, i) => `${label}="${escape(values[i] ?? '')}"`)
  if (more !== undefined) pairs.push(`${more[0]}="${more[1]}"`)
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}

function escape(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}

function head(name: string, help: string, type: string): string {
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`
}
