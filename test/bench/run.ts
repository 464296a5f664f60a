/**
 * The benchmark: what the gateway adds to a call, beside a direct connection, nginx, Portkey's gateway and
 * LiteLLM, in one run against one mock. Exit code 0 when every target is met, 2 when one is missed, 1 when
 * it could not run. See docs/performance.md.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { cpus, release, tmpdir, type } from 'node:os'
import { join, resolve } from 'node:path'
import { Children } from './children.ts'
import { compareGateways, type ComparedGateways } from './compare/compare-gateways.ts'
import { reportComparison } from './compare/report-comparison.ts'
import type { Figures } from './figures.ts'
import { buildLoadgen, LoadGenerator, startMock } from './loadgen.ts'
import { measureAll } from './measure/measure-all.ts'
import { memoryOf } from './measure/measure-streams.ts'
import { parseOptions, USAGE, type BenchOptions } from './options.ts'
import { plan } from './plan.ts'
import { report } from './report.ts'
import type { Setting } from './setting.ts'
import { startArms } from './start-arms.ts'
import { judge, type Verdict } from './verdicts.ts'
import { watchOthers } from './watch-others.ts'

const KEEP = resolve(import.meta.dirname, '../../.bench')

async function main(argv: string[]): Promise<number> {
  if (argv.includes('--help')) {
    console.log(USAGE)
    return 0
  }
  const options = parseOptions(argv)
  await mkdir(KEEP, { recursive: true })
  const folder = await mkdtemp(join(tmpdir(), 'aicc-bench-'))
  const children = new Children()
  const cleanUps: Setting['cleanUps'] = []
  const cleanUp = async (): Promise<void> => {
    await children.stopAll()
    for (const one of cleanUps) await one()
    await rm(folder, { recursive: true, force: true })
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void cleanUp().finally(() => process.exit(1)))
  }
  try {
    const figures = await (options.comparison === null ? benchArms : compare)(options, {
      children,
      folder,
      cleanUps,
    })
    if (options.json !== null) await writeFile(options.json, `${JSON.stringify(figures, null, 2)}\n`)
    return figures.targets.every(({ pass }) => pass) ? 0 : 2
  } finally {
    await cleanUp()
  }
}

function say(what: string): void {
  console.error(`bench: ${what}`)
}

type Place = Pick<Setting, 'children' | 'folder' | 'cleanUps'>

async function benchArms(options: BenchOptions, place: Place): Promise<Figures & { targets: Verdict[] }> {
  const figures = await bench(options, place)
  const targets = judge(figures)
  console.log(report(figures, targets))
  return { ...figures, targets }
}

async function compare(
  options: BenchOptions,
  { children, folder, cleanUps }: Place,
): Promise<ComparedGateways> {
  const { comparison, base, quick } = options
  if (comparison === null) throw new Error('nothing is to be compared')
  say('building the load generator and starting the gateways')
  const binary = await buildLoadgen(KEEP)
  const mock = await startMock(children, binary, folder)
  const runtime = options.arms.includes('node') ? 'node' : 'workerd'
  const load = new LoadGenerator(children, binary, folder)
  const setting = { children, mock, folder, keep: KEEP, cleanUps }
  const compared = await compareGateways(setting, load, { comparison, runtime, base, quick, say })
  console.log(reportComparison(compared))
  return compared
}

async function bench(
  { arms: names, quick }: BenchOptions,
  { children, folder, cleanUps }: Place,
): Promise<Figures> {
  const startedAt = new Date().toISOString()
  say('building the load generator and starting the arms')
  const binary = await buildLoadgen(KEEP)
  const mock = await startMock(children, binary, folder)
  const { arms, unavailable } = await startArms({ children, mock, folder, keep: KEEP, cleanUps }, names)
  const memoryAtStart = Object.fromEntries(
    await Promise.all(arms.map(async (arm) => [arm.name, await memoryOf(arm)] as const)),
  )
  const others = await watchOthers([mock.pid, ...arms.flatMap(({ pid, controlPid }) => [pid, controlPid])])
  const load = new LoadGenerator(children, binary, folder)
  const measured = await measureAll(load, arms, { plan: plan(quick), say })
  return {
    version: 1,
    startedAt,
    quick,
    machine: {
      processor: cpus()[0]?.model.trim() ?? 'unknown processor',
      cpus: cpus().length,
      kernel: `${type()} ${release()}`,
      node: process.version,
      coresUsedByOthers: await others(),
    },
    arms: Object.fromEntries(arms.map((arm) => [arm.name, arm.label])),
    unavailable,
    memoryAtStart,
    ...measured,
  }
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  console.error(`bench: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 1
}
