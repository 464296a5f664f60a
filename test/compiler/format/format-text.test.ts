import { describe, expect, it } from 'vitest'
import { formatText } from '../../../compiler/format/format-text.ts'

const LONG = 'a-name-that-takes-some-room'

interface Row {
  name: string
  text: string
  expected: string
}

const rows: Row[] = [
  {
    name: 'indents by two and puts lists below their key',
    text: 'a:\n    b:\n    - 1\n    -   2\n',
    expected: 'a:\n  b:\n    - 1\n    - 2\n',
  },
  {
    name: 'pads mappings and not lists',
    text: 'a: {b: 1,c: [ 1,2 ]}\nd: [ { e: [] } ]\nf: {}\n',
    expected: 'a: { b: 1, c: [1, 2] }\nd: [{ e: [] }]\nf: {}\n',
  },
  {
    name: 'prefers single quotes where no escape is needed',
    text: 'a: "x"\nb: "it\'s"\nc: "\\u00e9\\n\\u200b"\nd: \'y\'\ne: "1"\n"f": z\n',
    expected: "a: 'x'\nb: \"it's\"\nc: \"é\\n\\u200b\"\nd: 'y'\ne: '1'\n'f': z\n",
  },
  {
    name: 'keeps comments, and one blank line of several',
    text: '# top\n\n\n\na: 1   # behind\n# before\nb:\n  c: 2\n\n  # at the end\n',
    expected: '# top\n\na: 1 # behind\n# before\nb:\n  c: 2\n\n  # at the end\n',
  },
  {
    name: 'opens a flow collection that is too long, and only that',
    text: `a: { ${LONG}: [1, 2], ${LONG}-2: { x: 1 }, ${LONG}-3: y, ${LONG}-4: z } # behind\n`,
    expected: `a:\n  # behind\n  ${LONG}: [1, 2]\n  ${LONG}-2: { x: 1 }\n  ${LONG}-3: y\n  ${LONG}-4: z\n`,
  },
  {
    name: 'closes a flow collection that was written over several lines and fits',
    text: 'a: {\n  b: 1,\n  c: 2 }\n',
    expected: 'a: { b: 1, c: 2 }\n',
  },
  {
    name: 'leaves the comment on the last entry of a flow list with that entry',
    text: 'a: [\n  x, # one\n  y, # two\n] # all\n',
    expected: 'a:\n  # all\n  - x # one\n  - y # two\n',
  },
  {
    name: 'leaves the comment on the last entry of a flow mapping with that entry',
    text: 'a: {\n  x: 1, # one\n  y: [2], # two\n}\n',
    expected: 'a:\n  x: 1 # one\n  y: [2] # two\n',
  },
  {
    name: 'leaves a comment at the end of a flow collection at its end',
    text: 'a: [\n  x, # one\n  # end\n]\nb: {\n  y: 2 # two\n  # end\n}\n',
    expected: 'a:\n  - x # one\n  # end\nb:\n  y: 2 # two\n  # end\n',
  },
  {
    name: 'leaves long texts on their line',
    text: `a: ${'word '.repeat(40)}end\n`,
    expected: `a: ${'word '.repeat(40)}end\n`,
  },
  { name: 'takes Windows line ends', text: 'a: 1\r\nb:\r\n  - x\r\n', expected: 'a: 1\nb:\n  - x\n' },
  { name: 'keeps anchors', text: 'a: &x {b: 1}\nc: *x\n', expected: 'a: &x { b: 1 }\nc: *x\n' },
  { name: 'leaves an empty file empty', text: '', expected: '' },
]

describe('formatText', () => {
  it.each(rows)('$name', ({ text, expected }) => {
    expect(formatText(text, 'policy.yaml')).toEqual({ text: expected })
    expect(formatText(expected, 'policy.yaml')).toEqual({ text: expected })
  })

  it('says what is wrong with a text that is no YAML', () => {
    expect(formatText('a: [', 'policy.yaml')).toMatchObject({ diagnostics: [{ code: 'yaml/syntax' }] })
  })
})
