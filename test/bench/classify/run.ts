/**
 * `npm run bench:classify`: what the classify stage costs, against the budgets of issue 4. Node's V8 is the engine of
 * workerd; timers inside workerd stand still, so it is measured here. Exit: 0 within the budgets, 2 over one.
 */
import { classify } from '../../../src/pipeline/classify/classify.ts'
import { judgeInjection } from '../../../src/pipeline/classify/injection.ts'
import { makeInjection } from '../../src/make-policy.ts'
import { scanPrivacy } from '../../../src/pipeline/classify/scan-privacy.ts'
import { parseModelRequest } from '../../../src/protocols/model-request.ts'
import { textParts } from '../../../src/protocols/text-parts.ts'
import { makeInputs, type Input } from './inputs.ts'
import { guardedTable, tableWithRules } from './tables.ts'
import { time, type Times } from './time.ts'

/** Microseconds. */
const BUDGETS = {
  small: { length: 4 * 1024, median: 150, worst: 1000 },
  large: { length: 100 * 1024, median: 3000, worst: 10_000 },
}
/** A thousand rules may cost so many times what ten cost. */
const RULES_RATIO = 2

let missed = 0
function verdict(ok: boolean, what: string): void {
  if (!ok) missed += 1
  console.log(`${ok ? 'ok    ' : 'MISSED'} ${what}`)
}

const READABLE = { images: false, opaque: false }

function measure({ text }: Input, length: number): { all: Times; privacy: Times; injection: Times } {
  const request = requestWith(text)
  const { parts } = textParts(request.body.value, 'chat')
  const effort = { calls: length > 10_000 ? 60 : 1000, atMostMs: 200 }
  return {
    all: time(
      () => classify(request, { client: 'crew', surface: 'chat', table: guardedTable, headers: {} }),
      effort,
    ),
    privacy: time(() => scanPrivacy({ parts }, READABLE, { table: guardedTable }), effort),
    injection: time(() => judgeInjection(parts, makeInjection().thresholds, text.length), effort),
  }
}

function requestWith(text: string): ReturnType<typeof parseModelRequest> {
  const body = { model: 'auto', messages: [{ role: 'user', content: text }] }
  return parseModelRequest(new TextEncoder().encode(JSON.stringify(body)))
}

for (const [size, budget] of Object.entries(BUDGETS)) {
  console.log(`\n${size}: ${budget.length} characters; median and p99 in µs`)
  console.log('  '.padEnd(36) + 'all'.padEnd(18) + 'privacy'.padEnd(18) + 'injection')
  const benign: number[] = []
  let worst = 0
  for (const input of makeInputs(budget.length)) {
    const times = measure(input, budget.length)
    const show = ({ median, p99 }: Times): string => `${median.toFixed(0)} ${p99.toFixed(0)}`.padEnd(18)
    console.log(
      `  ${input.kind} ${input.name}`.padEnd(36) +
        show(times.all) +
        show(times.privacy) +
        show(times.injection),
    )
    if (input.kind === 'benign') benign.push(times.all.median)
    worst = Math.max(worst, times.all.median)
  }
  const median = Math.max(...benign)
  verdict(median <= budget.median, `benign: ${median.toFixed(0)} µs, at most ${budget.median}`)
  verdict(worst <= budget.worst, `worst input: ${worst.toFixed(0)} µs, at most ${budget.worst}`)
}

const [text = ''] = makeInputs(BUDGETS.small.length).map((input) => input.text)
const [ten, thousand] = [10, 1000].map((rules) => {
  const request = requestWith(`${text} rule${rules - 1}word`)
  const table = tableWithRules(rules)
  const run = () => classify(request, { client: 'crew', surface: 'chat', table, headers: {} })
  if (run().facts.texts.at(-1) !== true) throw new Error('the last rule should match')
  return time(run, { calls: 1000, atMostMs: 300 }).median
})
const ratio = (thousand ?? 0) / (ten ?? 1)
console.log()
verdict(
  ratio <= RULES_RATIO,
  `1,000 rules against 10: ${thousand?.toFixed(0)} and ${ten?.toFixed(0)} µs, ${ratio.toFixed(2)} times, at most ${RULES_RATIO}`,
)
process.exitCode = missed === 0 ? 0 : 2
