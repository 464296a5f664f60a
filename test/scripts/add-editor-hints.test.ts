import { describe, expect, it } from 'vitest'
import { addEditorHints } from '../../scripts/add-editor-hints.ts'

describe('addEditorHints', () => {
  it.each([
    {
      name: 'gives descriptions as Markdown',
      schema: { properties: { a: { type: 'string', description: 'An `a`.' } } },
      expected: {
        properties: { a: { type: 'string', description: 'An `a`.', markdownDescription: 'An `a`.' } },
      },
    },
    {
      name: 'says in words what a pattern wants',
      schema: { pattern: '^x$', description: 'An x.' },
      expected: {
        pattern: '^x$',
        description: 'An x.',
        markdownDescription: 'An x.',
        patternErrorMessage: 'Expected here: An x.',
      },
    },
    {
      name: 'describes the values of an enumeration',
      schema: { items: [{ enum: ['a', 'b'], values: { a: 'First.', b: 'Second.' } }] },
      expected: { items: [{ enum: ['a', 'b'], markdownEnumDescriptions: ['First.', 'Second.'] }] },
    },
    {
      name: 'leaves keys alone that are called like a keyword',
      schema: { properties: { values: { type: 'string' }, pattern: { type: 'string' } } },
      expected: { properties: { values: { type: 'string' }, pattern: { type: 'string' } } },
    },
  ])('$name', ({ schema, expected }) => {
    expect(addEditorHints(schema)).toEqual(expected)
  })

  it('fails where a value has no description', () => {
    expect(() => addEditorHints({ enum: ['a', 'b'], values: { a: 'First.' } })).toThrow('@values')
  })
})
