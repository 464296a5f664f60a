/**
 * A backtracking matcher that counts its steps: what an engine does, on the tree itself.
 */
import { hasCodePoint } from '../../compiler/regex/code-points.ts'
import type { RegexNode } from '../../compiler/regex/regex-node.ts'

/** Steps of a search through `text` for a pattern that asserts nothing but `^` and `$`; no more than `limit`. */
export function countSteps(root: RegexNode, text: string, limit: number): number {
  const codePoints = Array.from(text, (character) => character.codePointAt(0) ?? 0)
  let steps = 0
  type Then = (at: number) => boolean
  const match = (node: RegexNode, at: number, then: Then): boolean => {
    steps += 1
    // As if it had matched: the search is over.
    if (steps > limit) return true
    switch (node.kind) {
      case 'set': {
        const codePoint = codePoints[at]
        return codePoint !== undefined && hasCodePoint(node.set, codePoint) && then(at + 1)
      }
      case 'sequence':
        return node.parts.reduceRight<Then>((rest, part) => (i) => match(part, i, rest), then)(at)
      case 'choice':
        return node.options.some((option) => match(option, at, then))
      case 'repeat':
        return repeat(node, 0, at, then)
      case 'assertion':
        break
    }
    return (node.assertion === 'start' ? at === 0 : at === codePoints.length) && then(at)
  }
  const repeat = (node: RegexNode & { kind: 'repeat' }, done: number, at: number, then: Then): boolean => {
    const again = (): boolean =>
      (node.max === null || done < node.max) &&
      match(node.of, at, (i) => (done < node.min || i > at) && repeat(node, done + 1, i, then))
    if (done < node.min) return again()
    return node.lazy ? then(at) || again() : again() || then(at)
  }
  for (let start = 0; start <= codePoints.length; start++) if (match(root, start, () => true)) break
  return steps
}
