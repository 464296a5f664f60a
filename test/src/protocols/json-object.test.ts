import { describe, expect, it } from 'vitest'
import { isRecord, editMembers, parseJsonObject, replaceValues } from '../../../src/protocols/json-object.ts'
import { errorOf } from '../error-of.ts'

function nested(depth: number): string {
  return `{"a":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`
}

describe('parseJsonObject', () => {
  it.each([
    { name: 'plain', text: '{"model":"a","n":1}', spans: { model: '"a"', n: '1' } },
    { name: 'spaced', text: ' {\r\n\t"a" : [ 1 , 2 ] ,"b":\n{ } \n}\n', spans: { a: '[ 1 , 2 ]', b: '{ }' } },
    { name: 'empty', text: '{}', spans: {} },
    { name: 'escaped key', text: '{"mod\\u0065l":"x"}', spans: { model: '"x"' } },
    { name: 'empty key', text: '{"":0}', spans: { '': '0' } },
    {
      name: 'structure inside strings',
      text: '{"a":"}],:{[\\"","b\\"}":"\\\\","c":1}',
      spans: { a: '"}],:{[\\""', 'b"}': '"\\\\"', c: '1' },
    },
    {
      name: 'inner keys of the same name',
      text: '{"x":{"model":"in"},"model":"out"}',
      spans: { x: '{"model":"in"}', model: '"out"' },
    },
    {
      name: 'literals',
      text: '{"a":true,"b":null,"c":-1.5e+3}',
      spans: { a: 'true', b: 'null', c: '-1.5e+3' },
    },
    { name: 'a key that is a prototype', text: '{"__proto__":{"x":1}}', spans: { ['__proto__']: '{"x":1}' } },
  ])('notes the span of every top-level value: $name', ({ text, spans }) => {
    const object = parseJsonObject(text)
    const found = [...object.spans].map(([key, [start, end]]) => [key, text.slice(start, end)])
    expect(found).toEqual(Object.entries(spans))
    expect(object.value).toEqual(JSON.parse(text))
  })

  it.each([
    { name: 'at the top', text: '{"a":1,"a":1}' },
    { name: 'by an escape', text: '{"model":"x","mod\\u0065l":"y"}' },
    { name: 'within an object', text: '{"o":{"a":1,"b":2,"a":3}}' },
    { name: 'within an array', text: '{"o":[0,{"a":1,"a":3}]}' },
    { name: 'of __proto__', text: '{"__proto__":1,"__proto__":2}' },
    { name: 'hidden in a value that a later one replaces', text: '{"a":{"b":1},"a":{}}' },
  ])('refuses a key that stands twice $name', ({ text }) => {
    expect(errorOf(() => parseJsonObject(text))).toMatchObject({ code: 'duplicate_key', status: 400 })
  })

  it.each([
    '',
    ' ',
    'nul',
    '{',
    '{"a"',
    '{"a":',
    '{"a":"',
    '{"a":"\\',
    '{"a":1,}',
    "{'a':1}",
    '{a:1}',
    '{"a":1}{}',
    '{"a":01}',
    '{"a":NaN}',
    '{"a":"\n"}',
    '{"\\x":1}',
    '}}}}{{{{',
    '\ufeff{}',
    '// c\n{}',
  ])('finds no JSON in %j', (text) => {
    expect(errorOf(() => parseJsonObject(text))).toMatchObject({ code: 'invalid_json', status: 400 })
  })

  it.each(['[]', '"text"', '1', 'null', 'true', '[{"a":1}]'])('finds no object in %s', (text) => {
    expect(errorOf(() => parseJsonObject(text))).toMatchObject({ code: 'invalid_json', status: 400 })
  })

  it('takes 128 levels and no more', () => {
    expect(parseJsonObject(nested(128)).spans.size).toBe(1)
    expect(errorOf(() => parseJsonObject(nested(129)))).toMatchObject({ code: 'json_too_deep', status: 400 })
  })

  it('refuses a million brackets before a parser sees them', () => {
    expect(errorOf(() => parseJsonObject('['.repeat(1_000_000)))).toMatchObject({ code: 'json_too_deep' })
    expect(errorOf(() => parseJsonObject('{"a":'.repeat(200_000)))).toMatchObject({ code: 'json_too_deep' })
  })

  it.each([
    { name: 'elements', body: (n: number) => `[${'1,'.repeat(n - 2)}1]` },
    { name: 'empty objects', body: (n: number) => `[${'{},'.repeat(n / 2 - 1)}{}]` },
    { name: 'empty lists', body: (n: number) => `[${'[],'.repeat(n / 2 - 1)}[]]` },
    { name: 'strings', body: (n: number) => `["${'","'.repeat(n - 2)}"]` },
  ])('takes half a million values and no more: $name', ({ body }) => {
    expect(parseJsonObject(`{"a":${body(499_998)}}`).spans.size).toBe(1)
    expect(errorOf(() => parseJsonObject(`{"a":${body(500_004)}}`))).toMatchObject({
      code: 'json_too_complex',
      status: 400,
    })
  })

  it('takes a hundred thousand members and no more', () => {
    const members = (n: number): string => `{${Array.from({ length: n }, (_, i) => `"${i}":0`).join(',')}}`
    expect(parseJsonObject(members(100_000)).spans.size).toBe(100_000)
    expect(errorOf(() => parseJsonObject(members(100_001)))).toMatchObject({ code: 'json_too_complex' })
  })

  it.each([
    { text: '{"a":12345678}', numbers: ['a 12345678'] },
    { text: '{"a":1234567,"b":[0.5,-1e3,true]}', numbers: [] },
    {
      text: '{"a":[1234567890123456789,-41111111111.5]}',
      numbers: ['a 1234567890123456789', 'a 41111111111.5'],
    },
    { text: '{"n":{"card":4111111111111111 },"x":"12345678"}', numbers: ['card 4111111111111111'] },
    { text: '{"a":4.111111111111111e15}', numbers: ['a 4.111111111111111e15'] },
  ])('notes the long numbers of $text', ({ text, numbers }) => {
    expect(parseJsonObject(text).numbers.map(({ key, digits }) => `${key} ${digits}`)).toEqual(numbers)
  })
})

describe('replaceValues', () => {
  it.each([
    { text: '{"model":"a"}', put: { model: '"b"' }, result: '{"model":"b"}' },
    { text: '{ "model" :\t"a" ,"x":1}', put: { model: '"longer"' }, result: '{ "model" :\t"longer" ,"x":1}' },
    { text: '{"a":1,"b":2,"c":3}', put: { c: '30', a: '[]' }, result: '{"a":[],"b":2,"c":30}' },
    { text: '{"x":1e400,"model":"é🔑"}', put: { model: '"m"' }, result: '{"x":1e400,"model":"m"}' },
    { text: '{"a":1}', put: {}, result: '{"a":1}' },
  ])('$text', ({ text, put, result }) => {
    expect(replaceValues(parseJsonObject(text), new Map(Object.entries(put)))).toBe(result)
  })

  it('does not invent a key', () => {
    expect(() => replaceValues(parseJsonObject('{"a":{"b":1}}'), new Map([['b', '2']]))).toThrow(
      'no top-level key b',
    )
  })
})

it.each([
  [{}, true],
  [{ a: 1 }, true],
  [[], false],
  [null, false],
  ['x', false],
  [undefined, false],
])('isRecord(%j) is %s', (value, expected) => {
  expect(isRecord(value)).toBe(expected)
})

describe('editMembers', () => {
  const NONE = new Map<string, string>()

  it.each([
    ['{"a":1,"b":2,"c":3}', ['b'], '{"a":1,"c":3}'],
    ['{ "a" : 1 , "b":2 }', ['a'], '{ "b":2 }'],
    ['{"a":1,\n "b":2\n}', ['b'], '{"a":1\n}'],
    ['{"a":1,"b":2,"c":3}', ['a', 'b'], '{"c":3}'],
    ['{"a":1,"b":2}', ['x'], '{"a":1,"b":2}'],
    [String.raw`{"\u0061,\"":1,"b":[",",{}]}`, ['a,"'], '{"b":[",",{}]}'],
  ])('leaves out of %s what is to go', (text, removed, left) => {
    expect(editMembers(parseJsonObject(text), NONE, new Set(removed))).toBe(left)
  })

  it('replaces in the same breath', () => {
    const edited = editMembers(
      parseJsonObject('{"a":1, "b":2,"c":3}'),
      new Map([
        ['c', '"new"'],
        ['a', '0'],
      ]),
      new Set(['a']),
    )
    expect(edited).toBe('{ "b":2,"c":"new"}')
  })
})
