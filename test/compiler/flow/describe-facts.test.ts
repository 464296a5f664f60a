import { expect, it } from 'vitest'
import { describeFacts } from '../../../compiler/flow/describe-facts.ts'
import type { Facts } from '../../../src/table/facts.ts'
import type { TextTest } from '../../../src/table/route-table.ts'
import { makeFacts } from '../../src/make-facts.ts'

const TEXTS: TextTest[] = [
  { in: 'user', test: { kind: 'contains', anyOf: ['#force_big', '#big'] }, caseSensitive: false },
  {
    in: 'system',
    test: { kind: 'matches', source: 'pi+rate', flags: 'iu', literals: null },
    caseSensitive: false,
  },
]

it.each<[Partial<Facts>, string]>([
  [{}, ''],
  [{ user: 'eve' }, ' for its user `eve`'],
  [{ surface: 'embeddings' }, ' on `embeddings`'],
  [{ headers: { 'x-force': 'true' } }, ' with the header `x-force: true`'],
  [{ texts: [true, false] }, ' with a prompt that contains `#force_big`'],
  [
    { texts: [true, true], tools: true, images: true, json: true, stream: true },
    ' with a prompt that contains `#force_big`, a system prompt that matches `pi+rate`, tools, an image, an answer in JSON and an answer as a stream',
  ],
  [{ tokens: 16_000, maxTokens: 5 }, ' with 16000 tokens and `max_tokens` 5'],
  [{ systemLength: 7 }, ' with a system prompt of 7 characters'],
  [{ labels: { private: ['secrets', 'images'] } }, ', labelled `private` (secrets, images)'],
  [{ injection: true, complexity: 'complex' }, ', flagged as an injection, judged complex'],
  [
    { modes: ['gaming'], unhealthy: ['gpu', 'pc'] },
    ', while the mode `gaming` is on, while `gpu` and `pc` are down',
  ],
  [{ minuteOfWeek: 4 * 1440 + 22 * 60 + 5 }, ', on Fri 22:05'],
])('%o', (fields, expected) => {
  const facts = makeFacts({ minuteOfWeek: 720, ...fields })
  expect(describeFacts(facts, TEXTS)).toBe(`client \`crew\` asks for \`fast\`${expected}`)
})
