import { describe, expect, it } from 'vitest'
import type { LoadedFile, Prefer } from '../../../compiler/load/loaded-policy.ts'
import { locate } from '../../../compiler/load/locate.ts'
import { parseYaml } from '../../../compiler/load/parse-yaml.ts'

/** The two `┆` in the text stand round the range that is expected. */
interface Row {
  name: string
  yaml: string
  path: (string | number)[]
  prefer?: Prefer
  missing?: number
}

const rows: Row[] = [
  { name: 'a value', yaml: 'a: ┆one┆ # note', path: ['a'] },
  { name: 'a key', yaml: '┆a┆: one', path: ['a'], prefer: 'key' },
  { name: 'a quoted key', yaml: '┆"a b"┆: one', path: ['a b'], prefer: 'key' },
  { name: 'a quoted value, quotes included', yaml: "a: ┆'one two'┆", path: ['a'] },
  { name: 'a nested value', yaml: 'a:\n  b:\n    c: ┆1┆\n', path: ['a', 'b', 'c'] },
  { name: 'an entry of a list', yaml: 'a:\n  - x\n  - ┆y┆\n', path: ['a', 1] },
  { name: 'an entry of a flow list', yaml: 'a: [x, ┆y┆ ]', path: ['a', 1] },
  { name: 'an entry of a list, by key', yaml: 'a: [x, ┆y┆ ]', path: ['a', 1], prefer: 'key' },
  { name: 'a mapping without the break after it', yaml: 'a:\n  ┆b: 1\n  c: 2┆\n\nd: 3\n', path: ['a'] },
  { name: 'an empty value', yaml: 'a:┆┆\nb: 1\n', path: ['a'] },
  { name: 'a key that is a number', yaml: '3090: ┆big┆', path: ['3090'] },
  { name: 'a value behind an alias', yaml: 'a: &x { b: ┆1┆ }\nc: *x\n', path: ['c', 'b'] },
  { name: 'an alias itself', yaml: 'a: &x { b: 1 }\nc: ┆*x┆\n', path: ['c'] },
  { name: 'lines that end with CRLF', yaml: 'a: 1\r\nb: ┆two┆\r\n', path: ['b'] },
  { name: 'after wide characters', yaml: 'a: 日本語 # 𝒳\nb: ┆two┆\n', path: ['b'] },
  { name: 'half of a target', yaml: 'a: [┆x┆/y]', path: ['a', 0], prefer: 'before-slash' },
  { name: 'the other half, quoted', yaml: "a: ['x/┆y┆']", path: ['a', 0], prefer: 'after-slash' },
  { name: 'a missing key: its parent', yaml: 'a:\n  ┆b┆: { c: 1 }\n', path: ['a', 'b', 'x'], missing: 1 },
  { name: 'a missing branch: what there is of it', yaml: '┆a┆: { b: 1 }', path: ['a', 'x', 'y'], missing: 2 },
  { name: 'a missing key of the root: its beginning', yaml: '┆┆a: 1\nb: 2\n', path: ['x'], missing: 1 },
  { name: 'the root of an empty file', yaml: '┆┆', path: ['x'], missing: 1 },
]

describe('locate', () => {
  it.each(rows)('$name', ({ yaml, path, prefer = 'value', missing = 0 }) => {
    const [before = '', marked = '', after = ''] = yaml.split('┆')
    const text = before + marked + after
    const { document, value } = parseYaml(text, 'x.yaml')
    const file: LoadedFile = { path: 'x.yaml', text, document, value, secrets: [] }
    const located = locate(file, path, prefer)
    expect({ ...located, text: text.slice(located.span.start, located.span.end) }).toEqual({
      span: { file: 'x.yaml', start: before.length, end: before.length + marked.length },
      missing: path.slice(path.length - missing),
      text: marked,
    })
  })
})
