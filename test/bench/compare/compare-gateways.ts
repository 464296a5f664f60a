/**
 * Two or more gateways of ours in turns: with features and without, with a trace sink and without, of this commit and
 * another, on a disk and on a slow one. Differences are taken within rounds.
 */
import type { Runtime } from '../../../src/control/run-file.ts'
import {
  featurelessPolicies,
  leastPolicies,
  limitedPolicies,
  tracedPolicies,
} from '../arms/bench-policies.ts'
import { type GatewayStart, startGateway } from '../arms/start-gateway.ts'
import { SINK_KEYS, startTraceSink } from '../arms/start-trace-sink.ts'
import type { LoadGenerator } from '../loadgen.ts'
import { toJobArm } from '../measure/job-arms.ts'
import { HEADLINE } from '../plan.ts'
import { plainBody } from '../requests.ts'
import type { Setting } from '../setting.ts'
import { addedMedian, quantile, sorted } from '../statistics.ts'
import type { Verdict } from '../verdicts.ts'
import { watchOthers } from '../watch-others.ts'
import { compareRounds, type Turn } from './compare-rounds.ts'
import { judgeCost } from './judge-cost.ts'
import { judgeUnmoved } from './judge-unmoved.ts'
import type { Compared, Side } from './side.ts'
import { busyTurn, steadyTurn, streamsTurn } from './turns.ts'

export const COMPARISONS = ['limits', 'traces', 'slow-disk'] as const

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

/** What a request may cost more, in us of CPU of both processes, and in ms at the median. */
const MOST = { limits: { cpuUs: 60, ms: 0.15 }, traces: { cpuUs: 60, ms: 0.1 } }
const WARMUP_SECONDS = 3
const STREAMS = { streams: 64, fps: 50 }
const SLOW_SYNC_US = 20_000

export async function compareGateways(
  setting: Setting,
  load: LoadGenerator,
  { say, ...options }: ComparisonOptions & { say: (what: string) => void },
): Promise<ComparedGateways> {
  const starts = await STARTS[options.comparison](setting, options)
  const sides: Side[] = []
  for (const start of starts) sides.push({ name: start.name, ...(await startGateway(setting, start)) })
  const others = await watchOthers([
    setting.mock.pid,
    ...sides.flatMap(({ pid, controlPid }) => [pid, controlPid]),
  ])
  say('warming up')
  for (const side of sides) await busyTurn(load, side, WARMUP_SECONDS)
  const rounds = options.quick ? 5 : 12
  // What is judged: a dozen rounds leave an interval wider than the bound.
  const judgedRounds = options.quick ? 5 : 36
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
    rounds: judgedRounds,
    turn: (side) => steadyTurn(load, side, { rate, seconds }),
  })
  tables.push({ title: `Half load, ${rate.toFixed(0)} calls per second`, figures: steady })

  const targets = judge(options.comparison, steady)
  if (options.comparison === 'slow-disk') {
    say('paced streams')
    const turn = (side: Side): Promise<Turn> => streamsTurn(load, side, { ...STREAMS, seconds })
    const streams = await compareRounds(sides, { rounds, turn })
    tables.push({ title: `${STREAMS.streams} streams at ${STREAMS.fps} frames/s`, figures: streams })
    targets.push(...judgeUnmoved('streams', streams))
  }
  return { sides: sides.map(({ name }) => name), tables, targets, coresUsedByOthers: await others() }
}

type Starts = (setting: Setting, options: ComparisonOptions) => GatewayStart[] | Promise<GatewayStart[]>

const STARTS: Record<Comparison, Starts> = {
  limits: limitsStarts,
  traces: tracesStarts,
  'slow-disk': diskStarts,
}

function judge(comparison: Comparison, steady: readonly Compared[]): Verdict[] {
  if (comparison === 'slow-disk') return judgeUnmoved('calls', steady)
  const what = comparison === 'limits' ? 'limits, ledger and breakers on' : 'traces to a sink'
  return judgeCost(what, steady, MOST[comparison])
}

async function tracesStarts(
  { mock, cleanUps }: Setting,
  { runtime }: ComparisonOptions,
): Promise<GatewayStart[]> {
  const sink = await startTraceSink()
  cleanUps.push(sink.close)
  return [
    { name: 'untraced', runtime, policies: leastPolicies(mock.http) },
    {
      name: 'traced',
      runtime,
      policies: tracedPolicies(mock.http, sink.url),
      environment: SINK_KEYS,
    },
  ]
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
