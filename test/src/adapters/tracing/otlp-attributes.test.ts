import {
  array,
  assert,
  boolean,
  constant,
  dictionary,
  double,
  integer,
  oneof,
  property,
  string,
  stringMatching,
} from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  attribute,
  attributesOf,
  type AttributeValue,
} from '../../../../src/adapters/tracing/otlp-attributes.ts'

/** As objects, by the book: what the text is to say. */
function byTheBook(key: string, value: AttributeValue): unknown[] {
  if (value === null || (typeof value === 'object' && value.length === 0)) return []
  if (typeof value === 'string') return [{ key, value: { stringValue: value } }]
  if (typeof value === 'boolean') return [{ key, value: { boolValue: value } }]
  if (typeof value === 'object') {
    return [{ key, value: { arrayValue: { values: value.map((stringValue) => ({ stringValue })) } } }]
  }
  const isWhole = Number.isInteger(value)
  return [{ key, value: isWhole ? { intValue: String(value) } : { doubleValue: value } }]
}

const parsed = (json: string): unknown => JSON.parse(`[${json.slice(1)}]`)

describe('attribute', () => {
  it.each<[string, AttributeValue, string]>([
    ['a text', 'a', ',{"key":"k","value":{"stringValue":"a"}}'],
    ['an empty text', '', ',{"key":"k","value":{"stringValue":""}}'],
    ['a whole number', 7, ',{"key":"k","value":{"intValue":"7"}}'],
    ['another number', 0.5, ',{"key":"k","value":{"doubleValue":0.5}}'],
    ['yes and no', false, ',{"key":"k","value":{"boolValue":false}}'],
    [
      'a list',
      ['a', 'b'],
      ',{"key":"k","value":{"arrayValue":{"values":[{"stringValue":"a"},{"stringValue":"b"}]}}}',
    ],
    ['an empty list', [], ''],
    ['nothing', null, ''],
  ])('writes %s', (_, value, expected) => {
    expect(attribute('k', value)).toBe(expected)
  })
})

describe('attributesOf', () => {
  it('is what objects would have become, whatever stands in a text', () => {
    // Quotes, line ends, half a surrogate pair and what else JSON has to write otherwise.
    const text = oneof(string({ unit: 'binary' }), constant('"\\\n\u2028\ud800\u0000'))
    const value = oneof(
      text,
      integer(),
      double({ noNaN: true, noDefaultInfinity: true }),
      boolean(),
      array(text, { maxLength: 3 }),
      constant(null),
    )
    assert(
      property(dictionary(stringMatching(/^[a-z._]{1,8}$/), value), (values) => {
        const objects = Object.entries(values).flatMap(([key, one]) => byTheBook(key, one))
        expect(parsed(attributesOf(values))).toEqual(JSON.parse(JSON.stringify(objects)))
      }),
    )
  })
})
