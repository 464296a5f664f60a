/**
 * The figures as tables for people.
 */
import { ARM_NAMES, type ArmName } from './arm.ts'
import type { ByArm, Cell, Figures, LatencyFigure, Memory, RateFigure, StreamsFigure } from './figures.ts'
import type { Failures } from './loadgen.ts'
import type { Estimate } from './statistics.ts'
import type { Verdict } from './verdicts.ts'

/** From here on the figures say more of the machine than of the arms. */
const BUSY_CORES = 0.2

export function report(figures: Figures, verdicts: readonly Verdict[]): string {
  return [
    machine(figures),
    ...figures.latency.map(latency),
    ...figures.rates.map(rates),
    openLoop(figures),
    ...streams(figures.streams),
    targets(verdicts),
  ].join('\n')
}

function machine({ machine: m, arms, unavailable, memoryAtStart }: Figures): string {
  const rows = entries(arms).map(([name, label]) => [name, label, memoryText(memoryAtStart[name])])
  const absent = entries(unavailable).map(([name, why]) => `${name} takes no part: ${why}`)
  return [
    `${m.cpus} × ${m.processor}, ${m.kernel}, Node ${m.node}`,
    ...load(m.coresUsedByOthers),
    table(['arm', 'what', 'MiB at start'], rows),
    ...absent,
    '',
  ].join('\n')
}

/** Arms that use much processor time lose the most when others want it too. */
function load(others: number | null): string[] {
  if (others === null) return []
  const line = `Other processes kept ${others.toFixed(2)} cores busy.`
  return [
    others > BUSY_CORES ? `${line} That is too much: judge the ratios of CPU only, or run again.` : line,
  ]
}

function latency(figure: LatencyFigure): string {
  const rows = entries(figure.arms).map(([name, arm]) => [
    name,
    ms(arm.p50),
    ms(arm.p99),
    interval(arm.addedFirst),
    interval(arm.added),
    interval(arm.toPortkey, share),
    failed(arm.failures),
  ])
  return section(
    `Latency, calls interleaved, ${cellText(figure)}, ${figure.rounds} rounds`,
    ['arm', 'p50 ms', 'p99 ms', 'added to first (95 %)', 'added to last (95 %)', 'of Portkey', 'failed'],
    rows,
  )
}

function rates(figure: RateFigure): string {
  const rows = entries(figure.arms).map(([name, arm]) => [
    name,
    interval(arm.rate, (value) => value.toFixed(0)),
    ms(arm.p50),
    ms(arm.p99),
    micros(arm.cpu),
    micros(arm.controlCpu),
    interval(arm.toPortkey, share),
    interval(arm.addedToPortkey, share),
    failed(arm.failures),
  ])
  return section(
    `Saturation, one arm at a time, ${cellText(figure)}`,
    [
      'arm',
      'calls/s (95 %)',
      'p50 ms',
      'p99 ms',
      'CPU µs/call',
      'control µs',
      '× Portkey',
      'added of Portkey',
      'failed',
    ],
    rows,
  )
}

function openLoop({ openLoop: figures }: Figures): string {
  const rows = figures.map((figure) => [
    figure.arm,
    figure.callsPerSecond.toFixed(0),
    ms(figure.p50),
    ms(figure.p99),
    ms(figure.p999),
    ms(figure.max),
    failed(figure.failures),
  ])
  return section(
    "Constant arrivals at half of the arm's saturation (direct: at half of workerd's), 1 KB",
    ['arm', 'calls/s', 'p50 ms', 'p99 ms', 'p99.9 ms', 'max ms', 'failed'],
    rows,
  )
}

function streams(figures: readonly StreamsFigure[]): string[] {
  const groups = Map.groupBy(figures, ({ streams: n, fps }) => `${n} streams at ${fps} frames/s`)
  return [...groups].map(([title, group]) =>
    section(
      title,
      [
        'arm',
        'first ms',
        'lag p50 ms',
        'added',
        'lag p99 ms',
        'worst gap',
        'stalls',
        'broken',
        'MiB before',
        'peak',
        'after',
      ],
      group.map((figure) => [
        figure.arm,
        ms(figure.firstP50),
        ms(figure.lagP50),
        ms(figure.addedLag),
        ms(figure.lagP99),
        ms(figure.worstGap),
        String(figure.stalls),
        failed(figure.failures),
        memoryText(figure.memoryBefore),
        memoryText(figure.memoryPeak),
        memoryText(figure.memoryAfter),
      ]),
    ),
  )
}

function targets(verdicts: readonly Verdict[]): string {
  const lines = verdicts.map(
    ({ target, measured, pass }) => `${pass ? 'PASS' : 'FAIL'}  ${target}: ${measured}`,
  )
  const missed = verdicts.filter(({ pass }) => !pass).length
  return [...lines, '', `${verdicts.length - missed} passed, ${missed} failed`].join('\n')
}

function section(title: string, heads: string[], rows: string[][]): string {
  return `${title}\n${table(heads, rows)}\n`
}

/** Columns as wide as their widest cell; the first to the left, the others to the right. */
function table(heads: string[], rows: string[][]): string {
  const widths = heads.map((head, i) => Math.max(head.length, ...rows.map((row) => row[i]?.length ?? 0)))
  const line = (cells: string[]): string =>
    `  ${cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('  ')}`
  return [line(heads), ...rows.map(line)].join('\n')
}

function cellText({ concurrency, promptBytes, stream, transport }: Cell): string {
  const mode = stream ? 'streaming' : 'not streaming'
  return `c=${concurrency}, ${promptBytes / 1000} KB, ${mode}, ${transport}`
}

function ms(value: number): string {
  return Number.isNaN(value) ? '-' : (value / 1000).toFixed(2)
}

function micros(value: number | null): string {
  return value === null ? '-' : value.toFixed(0)
}

function interval(estimate: Estimate | null, format: (value: number) => string = ms): string {
  if (estimate === null) return '-'
  return `${format(estimate.value)} (${format(estimate.low)} to ${format(estimate.high)})`
}

function share(value: number): string {
  return value.toFixed(value < 1 ? 3 : 2)
}

function failed({ count, first }: Failures): string {
  return count === 0 ? '0' : `${count}: ${first.slice(0, 60)}`
}

/** The traffic's process, and the one beside it where there is one. */
function memoryText(memory: Memory | null | undefined): string {
  if (memory?.traffic == null) return '-'
  const mib = (bytes: number): string => (bytes / 2 ** 20).toFixed(0)
  return memory.control === null ? mib(memory.traffic) : `${mib(memory.traffic)} + ${mib(memory.control)}`
}

function entries<T>(record: ByArm<T>): [ArmName, T][] {
  return ARM_NAMES.flatMap((name): [ArmName, T][] => {
    const value = record[name]
    return value === undefined ? [] : [[name, value]]
  })
}
