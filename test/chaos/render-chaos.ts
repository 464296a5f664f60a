/** The table that a chaos run ends with. */
import type { LifeSample } from '../soak/memory.ts'
import type { Request } from './callers.ts'
import type { Disturbance, Verdict } from './judge.ts'
import type { Books } from './read-books.ts'

/** How often each thing was done. */
export type Happened = Record<string, number>

export interface ChaosFacts {
  title: string
  happened: Happened
  verdict: Verdict
  requests: readonly Request[]
  books: Books
  disturbances: readonly Disturbance[]
  /** Requests that the backend with places worked on at once, at most. */
  mostAtOnce: number
  /** Of the last edge's memory, in MiB a minute; null = the run is too short to say. */
  slope: number | null
  samples: readonly LifeSample[]
  /** That Redis still holds. */
  leases: number
  /** Answers without a record. */
  unbooked: number
  /** For how long at most the process of backends and callers did not get to work. */
  stalledMs: number
}

export function renderChaos(facts: ChaosFacts): string {
  const { title, happened, verdict, requests, books, disturbances, samples, slope } = facts
  const streams = requests.filter(({ stream }) => stream).length
  const rows: [what: string, count: string | number][] = [
    ...Object.entries(happened).toSorted(([a], [b]) => (a < b ? -1 : 1)),
    ['requests', `${requests.length}, ${streams} of them streams`],
    ['  answered in full', `${verdict.answered}, ${verdict.rescued} of them after failed attempts`],
    ['  lost', verdict.lost.length],
    ['streams that their backend broke off', verdict.brokenByBackend],
    ['streams that broke again where they went on', verdict.brokenTwice],
    [
      'this process stood still',
      `for ${(facts.stalledMs / 1000).toFixed(1)} s at most; ${verdict.stalledHere} failed by that`,
    ],
    ...Object.entries(verdict.nobodyWell).map(([detail, times]): [string, number] => [
      `nobody was well: ${detail}`,
      times,
    ]),
    ...Object.entries(verdict.brokenBy).map(([what, { underWay, notTaken }]): [string, string] => [
      `connections broken, ${what}`,
      `${underWay} under way; ${notTaken} not taken`,
    ]),
    ['a client had to ask', `${verdict.mostAttempts} times at most`],
    ...(['edge killed', 'control restarted', 'edge replaced'] as const).flatMap((what) =>
      gapsOf(what, disturbances, verdict.deafMs[what]),
    ),
    ['records', `${books.records}, ${books.twice.length} twice, ${facts.unbooked} answers without one`],
    ['at once where two places are', `${facts.mostAtOnce} at most`],
    ['leases left in Redis by what was killed', facts.leases],
    ['memory of an edge', memoryOf(samples, slope)],
  ]
  const width = Math.max(...rows.map(([what]) => what.length))
  return [
    title,
    ...rows.map(([what, value]) => `  ${what.padEnd(width)}  ${value}`),
    ...verdict.lost.slice(0, 20).map((line) => `  LOST  ${line}`),
  ].join('\n')
}

function gapsOf(
  what: Disturbance['what'],
  all: readonly Disturbance[],
  deaf: readonly number[],
): [string, string][] {
  const took = all.filter((one) => one.what === what).map(({ from, to }) => to - from)
  if (took.length === 0) return []
  return [
    [`${what}: until it was done`, seconds(took)],
    [`${what}: nobody listened for`, seconds(deaf)],
  ]
}

function seconds(ms: readonly number[]): string {
  return ms.map((one) => `${(one / 1000).toFixed(1)} s`).join(', ') || '-'
}

function memoryOf(samples: readonly LifeSample[], slope: number | null): string {
  const mib = samples.map((sample) => sample.mib)
  const range = `${Math.min(...mib).toFixed(0)} to ${Math.max(...mib).toFixed(0)} MiB`
  const lives = [...Map.groupBy(samples, ({ pid }) => pid).values()]
  const longest = Math.max(...lives.map((life) => (life.at(-1)?.at ?? 0) - (life[0]?.at ?? 0)))
  return `${range} in ${lives.length} lives of up to ${longest.toFixed(0)} s, ${slope === null ? 'too short for a slope' : `at last ${slope.toFixed(1)} MiB/min`}`
}
