import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { and, atom, FALSE, not, or, TRUE, type Formula } from '../../../compiler/flow/formula.ts'
import { setOf } from '../../../compiler/flow/interval-set.ts'
import { solve, type Dimension } from '../../../compiler/flow/solve.ts'
import { holdsAt } from '../../../compiler/flow/to-facts.ts'

const SIZES = [2, 3, 4, 2, 3]
const dimensions: Dimension[] = SIZES.map((size, i) => ({ domain: [0, size], plain: i === 2 ? 3 : 0 }))

const literal = fc
  .nat(SIZES.length - 1)
  .chain((dimension) =>
    fc
      .subarray(Array.from({ length: SIZES[dimension] ?? 0 }, (_, i) => i))
      .map((values) => atom(dimension, setOf(values))),
  )
const formula = fc.letrec<{ tree: Formula }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small' },
    { weight: 3, arbitrary: literal },
    { weight: 1, arbitrary: fc.constantFrom(TRUE, FALSE) },
    { weight: 2, arbitrary: fc.array(tie('tree'), { maxLength: 3 }).map((of) => and(...of)) },
    { weight: 3, arbitrary: fc.array(tie('tree'), { maxLength: 10 }).map((of) => or(...of)) },
    { weight: 1, arbitrary: tie('tree').map(not) },
  ),
})).tree

const points = SIZES.reduce<number[][]>(
  (all, size) => all.flatMap((point) => Array.from({ length: size }, (_, value) => [...point, value])),
  [[]],
)

describe('solve', () => {
  it('finds a point exactly when there is one', () => {
    fc.assert(
      fc.property(fc.array(formula, { maxLength: 8 }), (goals) => {
        const solution = solve(dimensions, goals, { left: 10_000 })
        const isPossible = points.some((point) => goals.every((goal) => holdsAt(goal, point)))
        expect(solution.kind).toBe(isPossible ? 'found' : 'none')
        if (solution.kind !== 'found') return
        const point = solution.point()
        expect(points).toContainEqual(point)
        expect(goals.map((goal) => holdsAt(goal, point))).toEqual(goals.map(() => true))
      }),
      { numRuns: 500 },
    )
  })

  it('takes the opposite of a formula for what it is, at every point', () => {
    fc.assert(
      fc.property(formula, (one) => {
        expect(not(not(one))).toBe(one)
        for (const point of points) expect(holdsAt(not(one), point)).toBe(!holdsAt(one, point))
      }),
    )
  })

  it('leaves plain what nothing forces to be otherwise', () => {
    const solution = solve(dimensions, [atom(1, [1, 3])], { left: 0 })
    expect(solution.kind === 'found' && solution.point()).toEqual([0, 1, 3, 0, 0])
  })

  it('finds a point among thousands of conditions without trying branches', () => {
    const many: Dimension[] = Array.from({ length: 2000 }, () => ({ domain: [0, 2], plain: 0 }))
    const yes = (i: number): Formula => atom(i, [1, 2])
    const pairs = Array.from({ length: 1000 }, (_, i) => not(and(not(yes(2 * i)), not(yes(2 * i + 1)))))
    expect(solve(many, pairs, { left: 0 }).kind).toBe('found')
  })

  it('gives up when the branches are used up, and says so', () => {
    // Five pigeons in four holes: no way to see it but to try.
    const holes = 4
    const pigeons = 5
    const sits = (pigeon: number, hole: number): Formula => atom(pigeon * holes + hole, [1, 2])
    const every = Array.from({ length: pigeons }, (_, p) => p)
    const goals = [
      ...every.map((p) => or(...Array.from({ length: holes }, (_, h) => sits(p, h)))),
      ...Array.from({ length: holes }, (_, h) => h).flatMap((h) =>
        every.flatMap((p) => every.slice(p + 1).map((q) => or(not(sits(p, h)), not(sits(q, h))))),
      ),
    ]
    const boxes: Dimension[] = Array.from({ length: holes * pigeons }, () => ({ domain: [0, 2], plain: 0 }))
    const budget = { left: 10 }
    expect(solve(boxes, goals, budget).kind).toBe('unknown')
    expect(budget.left).toBe(0)
    expect(solve(boxes, goals, { left: 1000 }).kind).toBe('none')
  })
})
