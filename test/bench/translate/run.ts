/**
 * `npm run bench:translate`: what a translated stream costs over one that goes through as it comes, per token, in
 * processor time: other work on the machine does not count, though it makes caches worse.
 * Exit: 0 within the budget, 2 over it.
 */
import { dialectOf } from '../../../src/protocols/dialect-of.ts'
import { createEventAligner, eventsIn } from '../../../src/protocols/sse.ts'
import { parseJsonObject } from '../../../src/protocols/json-object.ts'
import { translatorFor } from '../../../src/pipeline/forward/translate-answer.ts'
import { translationOf } from '../../../src/protocols/translate/translations.ts'
import type { Surface, Wire } from '../../../src/table/route-table.ts'
import { TOKENS, TRACES } from './traces.ts'

const WAYS: readonly { surface: Surface; wire: Wire }[] = [
  { surface: 'messages', wire: 'chat' },
  { surface: 'chat', wire: 'messages' },
  { surface: 'responses', wire: 'chat' },
  { surface: 'responses', wire: 'messages' },
]

/** Microseconds per token. */
const BUDGET_US = 100
/** Streams in one measurement, which is then long enough for the processor's clock. */
const STREAMS = 20
const WARM_UPS = 5
const ROUNDS = 15

const encoder = new TextEncoder()
const exchange = {
  request: {
    body: parseJsonObject('{"input":"hi","stream_options":{"include_usage":true}}'),
    model: 'm',
    stream: true,
  },
}

/** As the pump does it: whole events, how the stream ends, and what is sent. Returns bytes, so that nothing is left out. */
function passThrough(wire: Wire, pieces: readonly Uint8Array[]): number {
  const aligner = createEventAligner()
  const end = dialectOf(wire).watchEnd()
  let sent = 0
  for (const piece of pieces) {
    const whole = aligner.push(piece)
    if (whole === null) continue
    end.add(whole)
    sent += whole.byteLength
  }
  return sent
}

function translate(surface: Surface, wire: Wire, pieces: readonly Uint8Array[]): number {
  const translator = translatorFor(
    exchange,
    { wire, dialect: dialectOf(wire), translation: translationOf(surface, wire) },
    'bench',
  )
  if (translator === null) throw new Error(`${surface} on ${wire} is not translated`)
  const aligner = createEventAligner()
  const end = dialectOf(wire).watchEnd()
  const decoder = new TextDecoder()
  let sent = 0
  const send = ({ text, failure }: ReturnType<typeof translator.push>): void => {
    if (failure !== null) throw failure
    sent += encoder.encode(text).byteLength
  }
  for (const piece of pieces) {
    const whole = aligner.push(piece)
    if (whole === null) continue
    end.add(whole)
    send(translator.push(eventsIn(decoder.decode(whole))))
  }
  send(translator.end())
  return sent
}

/** @returns microseconds per token */
function measure(run: () => number): number {
  const before = process.cpuUsage()
  let sent = 0
  for (let i = 0; i < STREAMS; i += 1) sent += run()
  const { user, system } = process.cpuUsage(before)
  if (sent < STREAMS * TOKENS) throw new Error('hardly anything was sent')
  return (user + system) / STREAMS / TOKENS
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0

let missed = 0
console.log(
  `${'client on wire'.padEnd(26)}native  translated  difference   us of CPU per token, medians of ${ROUNDS} pairs`,
)
for (const { surface, wire } of WAYS) {
  const pieces = (TRACES[wire] ?? []).map((event) => encoder.encode(event))
  const native = (): number => passThrough(wire, pieces)
  const translated = (): number => translate(surface, wire, pieces)
  for (let i = 0; i < WARM_UPS; i += 1) {
    measure(native)
    measure(translated)
  }
  const pairs = Array.from({ length: ROUNDS }, () => ({
    native: measure(native),
    translated: measure(translated),
  }))
  const difference = median(pairs.map((pair) => pair.translated - pair.native))
  const figures = [
    median(pairs.map((pair) => pair.native)),
    median(pairs.map((pair) => pair.translated)),
    difference,
  ]
  if (difference > BUDGET_US) missed += 1
  console.log(
    `${`${surface} on ${wire}`.padEnd(22)}${figures.map((us) => us.toFixed(2).padStart(10)).join('  ')}`,
  )
}
console.log(
  `${missed === 0 ? 'ok    ' : 'MISSED'} a translated token costs at most ${BUDGET_US} us more than a native one`,
)
if (missed > 0) process.exitCode = 2
