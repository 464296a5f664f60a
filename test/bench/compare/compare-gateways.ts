/**
 * Two or more gateways of ours in turns: with features and without, of this commit and another, on a disk and on a slow
 * one. Differences are taken within rounds.
 */
import type { Runtime } from '../../../src/control/run-file.ts'
import { featurelessPolicies, leastPolicies, limitedPolicies } from '../arms/bench-policies.ts'
import { type GatewayStart, startGateway } from '../arms/start-gateway.ts'
import type { LoadGenerator } from '../loadgen.ts'
import { toJobArm } from '../measure/job-arms.ts'
import { HEADLINE } from '../plan.ts'
import { plainBody } from '../requests.ts'
import type { Setting } from '../setting.ts'
import { addedMedian, quantile, sorted } from '../statistics.ts'
import type { Verdict } from '../verdicts.ts'
import { watchOthers } from '../watch-others.ts'
import { compareRounds, type Turn } from './compare-rounds.ts'
import { judgeUnmoved } from './judge-unmoved.ts'
import type { Compared, Side } from './side.ts'
import { busyTurn, steadyTurn, streamsTurn } from './turns.ts'

export const COMPARISONS = ['limits', 'slow-disk'] as const

export type Comparison = (typeof COMPARISONS)[number]

export interface ComparisonOptions {
  comparison: Comparison
  runtime: Runtime
  /** Root of another checkout, which takes part as the base; null = none does. */
  base: string | null
  quick: boolean
}

export interface ComparedGateways {
  sides: string[]
  tables: { title: string; figures: Compared[] }[]
  targets: Verdict[]
  /** On average; null where it cannot be known. */
  coresUsedByOthers: number | null
}

const MOST_CPU_US = 60
const MOST_MS = 0.15
const WARMUP_SECONDS = 3
const STREAMS = { streams: 64, fps: 50 }
const SLOW_SYNC_US = 20_000

export async function compareGateways(
  setting: Setting,
  load: LoadGenerator,
  { say, ...options }: ComparisonOptions & { say: (what: string) => void },
): Promise<ComparedGateways> {
  const starts =
    options.comparison === 'limits' ? limitsStarts(setting, options) : diskStarts(setting, options)
  const sides: Side[] = []
  for (const start of starts) sides.push({ name: start.name, ...(await startGateway(setting, start)) })
  const others = await watchOthers([
    setting.mock.pid,
    ...sides.flatMap(({ pid, controlPid }) => [pid, controlPid]),
  ])
  say('warming up')
  for (const side of sides) await busyTurn(load, side, WARMUP_SECONDS)
  const rounds = options.quick ? 5 : 12
  const seconds = options.quick ? 1.5 : 3
  const tables: ComparedGateways['tables'] = []

  say('calls interleaved')
  const interleaved = await interleave(load, sides, seconds * rounds)
  tables.push({ title: `Calls interleaved, ${HEADLINE.concurrency} connections`, figures: [interleaved] })

  say('each alone, all connections busy')
  const busy = await compareRounds(sides, { rounds, turn: (side) => busyTurn(load, side, seconds) })
  tables.push({ title: `Each alone, ${HEADLINE.concurrency} connections busy`, figures: busy })

  const rate = Math.min(...(busy.find(({ what }) => what === 'calls per second')?.values ?? [])) / 2
  say(`half load: ${rate.toFixed(0)} calls per second`)
  const steady = await compareRounds(sides, {
    rounds,
    turn: (side) => steadyTurn(load, side, { rate, seconds }),
  })
  tables.push({ title: `Half load, ${rate.toFixed(0)} calls per second`, figures: steady })

  const targets =
    options.comparison === 'limits' ? limitsTargets(sides, steady) : judgeUnmoved('calls', steady)
  if (options.comparison === 'slow-disk') {
    say('paced streams')
    const turn = (side: Side): Promise<Turn> => streamsTurn(load, side, { ...STREAMS, seconds })
    const streams = await compareRounds(sides, { rounds, turn })
    tables.push({ title: `${STREAMS.streams} streams at ${STREAMS.fps} frames/s`, figures: streams })
    targets.push(...judgeUnmoved('streams', streams))
  }
  return { sides: sides.map(({ name }) => name), tables, targets, coresUsedByOthers: await others() }
}

function limitsStarts({ mock }: Setting, { runtime, base }: ComparisonOptions): GatewayStart[] {
  const port = mock.http
  return [
    ...(base === null ? [] : [{ name: 'base', runtime, root: base, policies: leastPolicies(port) }]),
    { name: 'features-off', runtime, policies: featurelessPolicies(port) },
    { name: 'limits', runtime, policies: limitedPolicies(port) },
  ]
}

/** Both under the same tracer, so that only the wait differs. */
function diskStarts({ mock }: Setting, { runtime }: ComparisonOptions): GatewayStart[] {
  const policies = limitedPolicies(mock.http)
  const tracer = [
    'strace',
    '-D',
    '-f',
    '--seccomp-bpf',
    '-qq',
    '-o',
    '/dev/null',
    '-e',
    'trace=fsync,fdatasync',
  ]
  const delay = ['-e', `inject=fsync,fdatasync:delay_exit=${SLOW_SYNC_US}`]
  return [
    { name: 'disk', runtime, policies, around: tracer },
    { name: 'slow-disk', runtime, policies, around: [...tracer, ...delay] },
  ]
}

async function interleave(load: LoadGenerator, sides: readonly Side[], seconds: number): Promise<Compared> {
  const body = plainBody(HEADLINE.promptBytes)
  const { total, failures } = await load.run({
    mode: 'interleaved',
    arms: sides.map((side) => toJobArm(side, 'http', body)),
    connections: HEADLINE.concurrency,
    seconds,
    warmupSeconds: 0.5,
  })
  const failed = failures.find(({ count }) => count > 0)
  if (failed !== undefined) throw new Error(`${failed.count} calls failed, the first: ${failed.first}`)
  const rows = total.map((row) => row.map((micros) => micros / 1000))
  return {
    what: 'median, ms',
    values: sides.map((_, column) => quantile(sorted(rows.map((row) => row[column] ?? Number.NaN)), 0.5)),
    added: sides.map((_, arm) => (arm === 0 ? null : addedMedian(rows, { arm, baseline: 0 }))),
  }
}

/** What the limits cost over the base: the last side is the one with all of them. */
function limitsTargets(sides: readonly Side[], steady: readonly Compared[]): Verdict[] {
  const last = sides.length - 1
  const base = sides[0]?.name ?? ''
  const added = (what: string): number =>
    steady.find((one) => one.what === what)?.added[last]?.value ?? Number.NaN
  const cpu = added('CPU of both, us')
  const median = added('median, ms')
  return [
    {
      target: `limits, ledger and breakers on: at most ${MOST_CPU_US} us of CPU over ${base}`,
      measured: `${cpu.toFixed(0)} us`,
      pass: cpu <= MOST_CPU_US,
    },
    {
      target: `at most ${MOST_MS} ms at the median, at half load`,
      measured: `${median.toFixed(3)} ms`,
      pass: median <= MOST_MS,
    },
  ]
}
