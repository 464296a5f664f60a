/**
 * `npm run bench:classify`: what the classify stage costs on the engines of both runtimes, against the budgets of
 * issue 4, in processor time. Arguments: `node` or `workerd` for one of them only, and the beginning of an input's name.
 * Exit: 0 within the budgets, 2 over one.
 */
import type { RouteTable } from '../../../src/table/route-table.ts'
import { type Input, makeInputs } from './inputs.ts'
import { classifyAll, type Job, prepareWork, requestWith } from './measure.ts'
import { tableWithPatterns } from './pattern-rules.ts'
import { startWorkerd } from './start-workerd.ts'
import { guardedTable, tableWithPhrases } from './tables.ts'
import { type Engine, middleOf, time } from './time.ts'

/** Microseconds for texts of so many characters. */
const BUDGETS = [
  { length: 4 * 1024, median: 150, worst: 1000 },
  { length: 100 * 1024, median: 3000, worst: 10_000 },
  { length: 1024 * 1024, median: 30_000, worst: 100_000 },
]
/** A text four times as long may cost so many times as much: four, and what measuring errs by. */
const GROWTH = 5
/** A thousand rules may cost so many times what ten cost. */
const RULES_RATIO = 2
/** How often rules are measured. */
const ROUNDS = 5

let missed = 0
function verdict(ok: boolean, what: string): void {
  if (!ok) missed += 1
  console.log(`${ok ? 'ok    ' : 'MISSED'} ${what}`)
}

function printRow(name: string, figures: readonly number[]): void {
  console.log(name.padEnd(34) + figures.map((figure) => figure.toFixed(0).padStart(10)).join(''))
}

async function benchInputs(engine: Engine, inputs: readonly Omit<Input, 'text'>[]): Promise<void> {
  const columns = ['4 KB', '50 KB', '100 KB', 'privacy', 'injection', '200 KB', '1 MB']
  console.log(`\n${engine.name}: µs a call`.padEnd(35) + columns.map((c) => c.padStart(10)).join(''))
  const costs = new Map<string, number[]>(BUDGETS.map(({ length }) => [`benign ${length}`, []]))
  const growths: number[] = []
  // Or the first text would be charged for what an engine that has just started still compiles.
  await time(engine, { work: 'all', table: guardedTable, text: textOf('prose', 100 * 1024) })
  for (const { name, kind } of inputs) {
    const cost = (kilobytes: number, work: Job['work'] = 'all') => {
      const text = textOf(name, kilobytes * 1024)
      return time(engine, { work, table: guardedTable, text })
    }
    const [small, half, large] = [await cost(4), await cost(50), await cost(100)]
    const [privacy, injection] = [await cost(100, 'privacy'), await cost(100, 'injection')]
    const [double, huge] = [await cost(200), await cost(1024)]
    printRow(`  ${kind} ${name}`, [small, half, large, privacy, injection, double, huge])
    growths.push(double / half)
    for (const [i, figure] of [small, large, huge].entries()) {
      const key = `${kind === 'benign' ? 'benign' : 'worst'} ${BUDGETS[i]?.length}`
      costs.set(key, [...(costs.get(key) ?? []), figure])
    }
  }
  const most = (key: string): number => Math.max(0, ...(costs.get(key) ?? []))
  for (const { length, median, worst } of BUDGETS) {
    for (const [kind, budget] of Object.entries({ benign: median, worst })) {
      const figure = most(`${kind} ${length}`)
      verdict(figure <= budget, `${length / 1024} KB, ${kind}: ${figure.toFixed(0)} µs, at most ${budget}`)
    }
  }
  const growth = Math.max(...growths)
  verdict(growth <= GROWTH, `four times the text costs ${growth.toFixed(2)} times as much, at most ${GROWTH}`)
}

/** Rules that ask for the same in a thousand ways; the last one matches. */
async function benchRules(
  engine: Engine,
  kind: string,
  tableWith: (rules: number) => RouteTable,
): Promise<void> {
  const text = textOf('prose', 4 * 1024)
  const cost = (rules: number) => {
    const job: Job = {
      work: 'all',
      table: tableWith(rules),
      text: `${text} ticket 42: rule${rules - 1}words`,
    }
    const { texts } = classifyAll(requestWith(job.text), job.table).facts
    if (texts.at(-1) !== true) throw new Error('the last rule should match')
    return time(engine, job)
  }
  // In turn, so that what else the machine does troubles both.
  const costs: { ten: number; thousand: number }[] = []
  for (let round = 0; round < ROUNDS; round += 1)
    costs.push({ ten: await cost(10), thousand: await cost(1000) })
  const ten = middleOf(costs.map((round) => round.ten))
  const thousand = middleOf(costs.map((round) => round.thousand))
  const ratio = thousand / ten
  verdict(
    ratio <= RULES_RATIO,
    `1,000 ${kind} against 10: ${thousand.toFixed(0)} and ${ten.toFixed(0)} µs, ${ratio.toFixed(2)} times, at most ${RULES_RATIO}`,
  )
}

function textOf(input: string, length: number): string {
  return makeInputs(length).find(({ name }) => name === input)?.text ?? ''
}

function startNode(): Engine {
  let work = (): unknown => null
  return {
    name: 'node',
    load: async (job) => {
      work = prepareWork(job)
    },
    run: async (calls) => {
      for (let left = calls; left > 0; left -= 1) work()
    },
    spent: () => {
      const { user, system } = process.cpuUsage()
      return user + system
    },
    stop: async () => {},
  }
}

const [asked, beginning = ''] = process.argv.slice(2)
const inputs = makeInputs(1).filter(({ name }) => name.startsWith(beginning))
for (const [name, start] of Object.entries({ node: async () => startNode(), workerd: startWorkerd })) {
  if (asked !== undefined && asked !== name) continue
  const engine = await start()
  try {
    await benchInputs(engine, inputs)
    await benchRules(engine, 'phrases', tableWithPhrases)
    await benchRules(engine, 'patterns', tableWithPatterns)
  } finally {
    await engine.stop()
  }
}
process.exitCode = missed === 0 ? 0 : 2
