/** Wherever in a body an address stands, under whatever keys and in whatever spelling, the request is labelled. */
import {
  type Arbitrary,
  array,
  assert,
  constantFrom,
  letrec,
  oneof,
  property,
  record,
  tuple,
} from 'fast-check'
import { expect, it } from 'vitest'
import { classify } from '../../src/pipeline/classify/classify.ts'
import { parseModelRequest } from '../../src/protocols/model-request.ts'
import type { Surface } from '../../src/table/route-table.ts'
import { ALL_SURFACES } from '../../src/table/surfaces.ts'
import { makePrivacy, makeRuledTable } from '../src/make-policy.ts'

const ADDRESS = 'ada@example.org'

const SPELLINGS: ((address: string) => string)[] = [
  (address) => address,
  (address) => `<${address}>,`,
  (address) => address.replace('@', '\u200b@'),
  (address) => address.replace('@', '\uff20'),
  (address) => `say\n${address}\tplease`,
  (address) => `"${address}"`,
  (address) => `日本 ${address} é`,
]

/** Keys that the protocol knows, some that it does not, and some that JavaScript does. */
const key = constantFrom(
  ...'messages role content type text image_url url input_audio data file file_data name tool_calls function arguments id'.split(
    ' ',
  ),
  ...'tool_call_id prompt suffix input tools description parameters properties metadata user stop response_format'.split(
    ' ',
  ),
  ...'x_unknown constructor toString hasOwnProperty detail format object functions function_call refusal'.split(
    ' ',
  ),
)

interface Planted {
  value: unknown
}

/** JSON with the marker in exactly one place. */
const planted: Arbitrary<Planted> = letrec<{ node: Planted; leaf: Planted }>((tie) => ({
  leaf: constantFrom({ value: 'MARKER' }),
  node: oneof(
    { depthSize: 'small', withCrossShrink: true },
    tie('leaf'),
    tuple(key, tie('node')).map(([name, { value }]) => ({ value: { [name]: value } })),
    tuple(key, key, tie('node')).map(([other, name, { value }]) => ({
      value: { [other]: 'plain', [name]: value },
    })),
    tie('node').map(({ value }) => ({ value: [value] })),
    tie('node').map(({ value }) => ({ value: ['plain', value, 7, null] })),
  ),
})).node

const message = record({
  role: constantFrom('user', 'assistant', 'system', 'tool', 'developer', 'function', 'critic'),
  content: planted,
})

const turnsOf = (turns: readonly { role: string; content: { value: unknown } }[]): object[] =>
  turns.map(({ role, content: { value } }) => ({ role, content: value }))

/** A body with the marker in it, and the surface it is sent to. */
const body: Arbitrary<[Surface, Record<string, unknown>]> = oneof(
  tuple(constantFrom<Surface>(...ALL_SURFACES), key, planted).map(
    ([surface, name, { value }]): [Surface, Record<string, unknown>] => [surface, { [name]: value }],
  ),
  array(message, { minLength: 1, maxLength: 3 }).map((messages): [Surface, Record<string, unknown>] => [
    'chat',
    { messages: turnsOf(messages) },
  ]),
  array(message, { minLength: 1, maxLength: 3 }).map((turns): [Surface, Record<string, unknown>] => [
    'messages',
    { messages: turnsOf(turns) },
  ]),
  array(message, { minLength: 1, maxLength: 3 }).map((items): [Surface, Record<string, unknown>] => [
    'responses',
    { input: turnsOf(items) },
  ]),
)

it('an address is found wherever it stands', () => {
  const base = makeRuledTable([])
  const privacy = makePrivacy({ surfaces: [...ALL_SURFACES] })
  const table = { ...base, classify: { ...base.classify, privacy } }
  assert(
    property(body, constantFrom(...SPELLINGS), ([surface, fields], spell) => {
      const marker = JSON.stringify(spell(ADDRESS))
      const text = JSON.stringify({ ...fields, model: 'auto' }).replaceAll('"MARKER"', () => marker)
      const request = parseModelRequest(new TextEncoder().encode(text))
      const { facts } = classify(request, { client: 'crew', surface, table, headers: {} })
      expect(Object.keys(facts.labels)).toEqual(['private'])
    }),
    { numRuns: 3000 },
  )
})
