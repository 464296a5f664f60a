import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { lineDiff } from '../../../compiler/format/line-diff.ts'

const numbers = (from: number, to: number): string =>
  Array.from({ length: to - from + 1 }, (_, i) => `${from + i}\n`).join('')

describe('lineDiff', () => {
  it.each([
    { name: 'nothing for equal texts', before: 'a\n', after: 'a\n', expected: '' },
    {
      name: 'a changed line with three lines around it',
      before: numbers(1, 9),
      after: numbers(1, 9).replace('5', 'five'),
      expected: '@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n',
    },
    {
      name: 'two hunks for changes far apart',
      before: numbers(1, 20),
      after: numbers(2, 20).replace('19\n', '19\nx\n'),
      expected: '@@ -1,4 +1,3 @@\n-1\n 2\n 3\n 4\n@@ -17,4 +16,5 @@\n 17\n 18\n 19\n+x\n 20\n',
    },
    { name: 'a new file', before: '', after: 'a\n', expected: '@@ -0,0 +1,1 @@\n+a\n' },
  ])('shows $name', ({ before, after, expected }) => {
    expect(lineDiff(before, after, 'f')).toBe(expected && `--- f\n+++ f\n${expected}`)
  })

  it('turns one text into the other', () => {
    const text = fc
      .array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 30 })
      .map((lines) => lines.join('\n'))
    fc.assert(
      fc.property(text, text, (before, after) => {
        expect(apply(before, lineDiff(before, after, 'f'))).toEqual(
          linesOf(before === after ? before : after),
        )
      }),
    )
  })
})

function linesOf(text: string): string[] {
  const lines = text.split('\n')
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines
}

/** What `patch` does. */
function apply(text: string, diff: string): string[] {
  const source = linesOf(text)
  const out: string[] = []
  let at = 0
  for (const line of diff.split('\n').slice(2, -1)) {
    const header = /^@@ -(\d+),(\d+) /.exec(line)
    if (header) {
      const start = Number(header[1]) - (header[2] === '0' ? 0 : 1)
      out.push(...source.slice(at, start))
      at = start
      continue
    }
    if (line[0] !== '+') expect(source[at++]).toBe(line.slice(1))
    if (line[0] !== '-') out.push(line.slice(1))
  }
  return [...out, ...source.slice(at)]
}
