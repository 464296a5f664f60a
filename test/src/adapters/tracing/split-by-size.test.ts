import { describe, expect, it } from 'vitest'
import { splitBySize } from '../../../../src/adapters/tracing/split-by-size.ts'

describe('splitBySize', () => {
  it.each<[string, string[], string[]]>([
    ['nothing', [], []],
    ['all in one', ['aa', 'bb'], ['aabb']],
    ['as many as fit', ['aa', 'bb', 'c', 'dddd', 'e'], ['aabbc', 'dddde']],
    ['what is too long, alone', ['a', 'bbbbbbb', 'c'], ['a', 'bbbbbbb', 'c']],
  ])('%s', (_, items, expected) => {
    const groups = splitBySize(
      items.map((json) => ({ json })),
      5,
    )
    expect(groups.map((group) => group.map(({ json }) => json).join(''))).toEqual(expected)
  })
})
