import { describe, expect, it } from 'vitest'
import { nearest, suggestHelp } from '../../../compiler/diagnostics/suggest.ts'

describe('nearest', () => {
  const rows = [
    { name: 'a letter left out', written: 'opnai', known: ['ollama', 'openai'], found: 'openai' },
    { name: 'two letters swapped count once', written: 'opeani', known: ['openai'], found: 'openai' },
    { name: 'another case', written: 'OPENAI', known: ['openai'], found: 'openai' },
    { name: 'beyond a third of the length', written: 'mars', known: ['openai'], found: undefined },
    { name: 'exactly a third', written: 'abcdxy', known: ['abcdef'], found: 'abcdef' },
    { name: 'one letter for another is a new name', written: 'a', known: ['b'], found: undefined },
    {
      name: 'of two as near, the first by name',
      written: 'gpu-3',
      known: ['gpu-2', 'gpu-1'],
      found: 'gpu-1',
    },
    { name: 'nothing is known', written: 'x', known: [], found: undefined },
    {
      name: 'a name without end is not compared',
      written: 'a'.repeat(5000),
      known: ['a'.repeat(4999)],
      found: undefined,
    },
  ]
  it.each(rows)('$name', ({ written, known, found }) => expect(nearest(written, known)).toBe(found))
})

describe('suggestHelp', () => {
  const many = Array.from({ length: 12 }, (_, i) => `backend-${String(i).padStart(2, '0')}`)
  const rows = [
    { name: 'one candidate', written: 'opnai', known: ['openai'], help: 'did you mean `openai`?' },
    { name: 'a list', written: 'mars', known: ['b', 'a'], help: 'known backends: `a`, `b`' },
    { name: 'nothing', written: 'mars', known: [], help: 'there are no backends' },
    {
      name: 'ten at most',
      written: 'mars',
      known: many,
      help: `known backends: ${many
        .slice(0, 10)
        .map((name) => `\`${name}\``)
        .join(', ')} and 2 more`,
    },
    {
      name: 'of many those that are most like it',
      written: 'concurrency',
      known: ['zone', 'maxConcurrent', ...many],
      help: `known backends: ${many
        .slice(0, 8)
        .map((name) => `\`${name}\``)
        .join(', ')}, \`maxConcurrent\`, \`zone\` and 4 more`,
    },
  ]
  it.each(rows)('$name', ({ written, known, help }) =>
    expect(suggestHelp(written, known, 'backends')).toBe(help),
  )
})
