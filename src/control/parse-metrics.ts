/** Reads Prometheus' text format as `/metrics` writes it. */

export interface MetricFamily {
  name: string
  kind: string
  help: string
  /** Of a histogram its sum and count alone, as `_sum` and `_count`. */
  samples: MetricSample[]
}

export interface MetricSample {
  name: string
  labels: Record<string, string>
  value: number
}

const SAMPLE = /^(\w+)(?:\{(.*)\})? (\S+)$/
const LABEL = /(\w+)="((?:[^"\\]|\\.)*)"/g

/** What cannot be read is left out. */
export function parseMetrics(text: string): MetricFamily[] {
  const families: MetricFamily[] = []
  for (const line of text.split('\n')) {
    const [, word, name, rest] = /^# (HELP|TYPE) (\w+) (.*)$/.exec(line) ?? []
    const family = families.at(-1)
    if (word === 'HELP') families.push({ name: name ?? '', kind: '', help: rest ?? '', samples: [] })
    else if (word === 'TYPE' && family !== undefined) family.kind = rest ?? ''
    else {
      const sample = sampleIn(line)
      if (sample !== null && !sample.name.endsWith('_bucket')) family?.samples.push(sample)
    }
  }
  return families
}

function sampleIn(line: string): MetricSample | null {
  const [, name, labels = '', value] = SAMPLE.exec(line) ?? []
  if (name === undefined) return null
  const pairs = Array.from(
    labels.matchAll(LABEL),
    ([, key = '', text = '']) => [key, unescape(text)] as const,
  )
  return { name, labels: Object.fromEntries(pairs), value: Number(value) }
}

function unescape(text: string): string {
  return text.replaceAll(/\\(.)/g, (_, char: string) => (char === 'n' ? '\n' : char))
}
