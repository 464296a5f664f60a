import { describe, expect, it } from 'vitest'
import { argumentsOf, createCallDeltas } from '../../../../src/protocols/translate/call-deltas.ts'

interface Gathered {
  id: string | null
  name: string
  begun: boolean
  args: string
}

/** The calls that a stream of deltas makes, in order of appearance. */
function gather(deltas: readonly unknown[]): { id: string | null; name: string; args: string }[] {
  const calls: Gathered[] = []
  const reader = createCallDeltas<Gathered>(() => ({ id: null, name: '', begun: false, args: '' }))
  for (const delta of deltas) {
    const { call, isNew, arguments: added } = reader.push(delta)
    if (isNew) calls.push(call)
    call.args += added
  }
  return calls.map(({ id, name, args }) => ({ id, name, args }))
}

const piece = (index: number | null, id: string | null, name: string | null, args: unknown): object => ({
  ...(index !== null && { index }),
  ...(id !== null && { id }),
  function: { ...(name !== null && { name }), ...(args !== null && { arguments: args }) },
})

describe('createCallDeltas', () => {
  const two = [
    { id: 'a', name: 'add', args: '{"x":1}' },
    { id: 'b', name: 'sub', args: '{"y":2}' },
  ]

  it.each([
    {
      name: 'by the book',
      deltas: [
        piece(0, 'a', 'add', ''),
        piece(0, null, null, '{"x"'),
        piece(0, null, null, ':1}'),
        piece(1, 'b', 'sub', ''),
        piece(1, null, null, '{"y":2}'),
      ],
      calls: two,
    },
    {
      name: 'interleaved',
      deltas: [
        piece(0, 'a', 'add', '{"x"'),
        piece(1, 'b', 'sub', '{"y"'),
        piece(0, null, null, ':1}'),
        piece(1, null, null, ':2}'),
      ],
      calls: two,
    },
    {
      name: 'whole calls under one index',
      deltas: [piece(0, 'a', 'add', '{"x":1}'), piece(0, 'b', 'sub', '{"y":2}')],
      calls: two,
    },
    {
      name: 'one call twice under one index, told apart by its ids',
      deltas: [piece(0, 'a', 'add', '{"x":1}'), piece(0, 'b', 'add', '{"y":2}')],
      calls: [two[0], { ...two[1], name: 'add' }],
    },
    {
      name: 'no index, the id in the first piece only',
      deltas: [
        piece(null, 'a', 'add', ''),
        piece(null, null, null, '{"x":1}'),
        piece(null, 'b', 'sub', '{"y"'),
        piece(null, null, null, ':2}'),
      ],
      calls: two,
    },
    {
      name: 'no index, interleaved by id',
      deltas: [
        piece(null, 'a', 'add', '{"x"'),
        piece(null, 'b', 'sub', '{"y"'),
        piece(null, 'a', null, ':1}'),
        piece(null, 'b', null, ':2}'),
      ],
      calls: two,
    },
    {
      name: 'neither index nor id',
      deltas: [piece(null, null, 'add', '{"x":1}'), piece(null, null, 'sub', '{"y":2}')],
      calls: two.map((call) => ({ ...call, id: null })),
    },
    {
      name: 'a new id in every piece',
      deltas: [
        piece(0, 'a', 'add', ''),
        piece(0, 'r1', null, '{"x":1}'),
        piece(1, 'b', 'sub', ''),
        piece(1, 'r2', null, '{"y":2}'),
      ],
      calls: two,
    },
    {
      name: 'one id for all of them',
      deltas: [piece(0, 'a', 'add', '{"x":1}'), piece(1, 'a', 'sub', '{"y":2}')],
      calls: [two[0], { ...two[1], id: 'a' }],
    },
    {
      name: 'the id after the name',
      deltas: [piece(null, null, 'add', ''), piece(null, 'a', null, '{"x":1}')],
      calls: [two[0]],
    },
    {
      name: 'a name in pieces',
      deltas: [piece(0, 'a', 'a', ''), piece(0, null, 'dd', ''), piece(0, null, null, '{"x":1}')],
      calls: [two[0]],
    },
    {
      name: 'a name in every piece',
      deltas: [piece(0, 'a', 'add', '{"x"'), piece(0, 'a', 'add', ':1}')],
      calls: [two[0]],
    },
    { name: 'arguments that are no string', deltas: [piece(0, 'a', 'add', { x: 1 })], calls: [two[0]] },
    {
      name: 'no arguments',
      deltas: [piece(0, 'a', 'add', null)],
      calls: [{ id: 'a', name: 'add', args: '' }],
    },
  ])('reads $name', ({ deltas, calls }) => {
    expect(gather(deltas)).toEqual(calls)
  })

  it('takes nothing but objects', () => {
    expect(() => gather(['add'])).toThrow(TypeError)
  })
})

describe('argumentsOf', () => {
  it.each([
    { value: '{"a":1}', text: '{"a":1}' },
    { value: { a: 1 }, text: '{"a":1}' },
    { value: null, text: '' },
    { value: undefined, text: '' },
  ])('says $value as $text', ({ value, text }) => {
    expect(argumentsOf(value)).toBe(text)
  })
})
