/**
 * `npm run bench:classify`: what the classify stage costs on the engines of both runtimes, against the budgets of
 * issue 4, in processor time. Arguments: `node` or `workerd` for one of them only, and the beginning of an input's name.
 * Every figure is the better one of two fresh processes: V8 now and then leaves compiled code unused for good, which says
 * more of that process than of the code. Where the two differ much, both are printed.
 * Exit: 0 within the budgets, 2 over one.
 */
import type { RouteTable } from '../../../src/table/route-table.ts'
import { type Input, makeInputs } from './inputs.ts'
import { classifyAll, type Job, requestWith } from './measure.ts'
import { tableWithPatterns } from './pattern-rules.ts'
import { startNode } from './start-node.ts'
import { startWorkerd } from './start-workerd.ts'
import { guardedTable, tableWithPhrases } from './tables.ts'
import { type Engine, middleOf, time } from './time.ts'

/** Microseconds by the length of a text, for ordinary ones and for all others. */
const BUDGETS = [
  { column: '4 KB', median: 150, worst: 1000 },
  { column: '100 KB', median: 3000, worst: 10_000 },
  { column: '1 MB', median: 30_000, worst: 100_000 },
] as const
/**
 * A text ten times as long (100 KB, 1 MB) may cost so many times as much: a hundred would be a square. Twice ten, because
 * what thousands of finds keep outgrows the young generation, from where on the collector copies it: a step, no slope.
 */
const GROWTH = 20
/** A thousand rules may cost so many times what ten cost. */
const RULES_RATIO = 2
/** Two figures of the same differ so many times when something is odd. */
const UNSTEADY = 1.5
/** Microseconds for the input in the middle of all of them, 100 KB each. */
const MIDDLE = 3000
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

const COLUMNS = ['4 KB', '50 KB', '100 KB', 'privacy', 'injection', '200 KB', '1 MB'] as const

interface Row {
  input: Omit<Input, 'text'>
  /** Microseconds, in the order of COLUMNS. */
  figures: number[]
}

async function measureInputs(engine: Engine, inputs: readonly Omit<Input, 'text'>[]): Promise<Row[]> {
  const rows: Row[] = []
  // Or the first text would be charged for what an engine that has just started still compiles.
  await time(engine, { work: 'all', table: guardedTable, text: textOf('prose', 100 * 1024) })
  for (const input of inputs) {
    const cost = (kilobytes: number, work: Job['work'] = 'all') =>
      time(engine, { work, table: guardedTable, text: textOf(input.name, kilobytes * 1024) })
    const figures = [await cost(4), await cost(50), await cost(100)]
    figures.push(await cost(100, 'privacy'), await cost(100, 'injection'))
    figures.push(await cost(200), await cost(1024))
    rows.push({ input, figures })
  }
  return rows
}

/** The better figure of each two. */
function better(one: readonly Row[], other: readonly Row[]): Row[] {
  return one.map(({ input, figures }, row) => ({
    input,
    figures: figures.map((figure, column) => {
      const [least, most] = [figure, other[row]?.figures[column] ?? figure].toSorted((a, b) => a - b)
      if (least === undefined || most === undefined) throw new Error('a figure is missing')
      if (most > least * UNSTEADY) {
        const where = `${input.kind} ${input.name}, ${COLUMNS[column]}`
        console.log(`unsteady ${where}: ${least.toFixed(0)} and ${most.toFixed(0)} µs`)
      }
      return least
    }),
  }))
}

function judgeInputs(name: string, rows: readonly Row[]): void {
  console.log(`\n${name}: µs a call`.padEnd(35) + COLUMNS.map((c) => c.padStart(10)).join(''))
  for (const { input, figures } of rows) printRow(`  ${input.kind} ${input.name}`, figures)
  const most = (isBenign: boolean, column: (typeof COLUMNS)[number]): number =>
    Math.max(
      0,
      ...rows
        .filter(({ input }) => (input.kind === 'benign') === isBenign)
        .map(({ figures }) => figures[COLUMNS.indexOf(column)] ?? 0),
    )
  for (const { column, median, worst } of BUDGETS) {
    for (const [kind, budget] of Object.entries({ benign: median, worst })) {
      const figure = most(kind === 'benign', column)
      verdict(figure <= budget, `${column}, ${kind}: ${figure.toFixed(0)} µs, at most ${budget}`)
    }
  }
  const at = (figures: readonly number[], column: (typeof COLUMNS)[number]): number =>
    figures[COLUMNS.indexOf(column)] ?? 0
  const middle = middleOf(rows.map(({ figures }) => at(figures, '100 KB')))
  verdict(middle <= MIDDLE, `100 KB, median of all inputs: ${middle.toFixed(0)} µs, at most ${MIDDLE}`)
  const growth = Math.max(...rows.map(({ figures }) => at(figures, '1 MB') / at(figures, '100 KB')))
  verdict(growth <= GROWTH, `ten times the text costs ${growth.toFixed(1)} times as much, at most ${GROWTH}`)
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

const [asked, beginning = ''] = process.argv.slice(2)
const inputs = makeInputs(1).filter(({ name }) => name.startsWith(beginning))
for (const [name, start] of Object.entries({ node: startNode, workerd: startWorkerd })) {
  if (asked !== undefined && asked !== name) continue
  const first = await using(start, (engine) => measureInputs(engine, inputs))
  const second = await using(start, (engine) => measureInputs(engine, inputs))
  judgeInputs(name, better(first, second))
  await using(start, async (engine) => {
    await benchRules(engine, 'phrases', tableWithPhrases)
    await benchRules(engine, 'patterns', tableWithPatterns)
  })
}
process.exitCode = missed === 0 ? 0 : 2

async function using<T>(start: () => Promise<Engine>, act: (engine: Engine) => Promise<T>): Promise<T> {
  const engine = await start()
  try {
    return await act(engine)
  } finally {
    await engine.stop()
  }
}
