/** What holds of every request, whatever the rules say. */
import type { FlowInput } from './flow-input.ts'
import { not, or, TRUE, type Formula } from './formula.ts'
import { consequence } from './header-values.ts'
import type { Space } from './space.ts'

/** What classify refuses before rules run, what it never finds, and what one header test says of another. */
export function laws({ classify }: FlowInput, space: Space): Formula[] {
  const { injection } = classify
  const isFlagged = space.flag('injection', true)
  const mayBeFlagged = injection !== null && injection.action === 'flag'
  return [
    mayBeFlagged ? or(not(isFlagged), space.surface(injection.surfaces)) : not(isFlagged),
    classify.images === 'refuse' ? space.flag('images', false) : TRUE,
    ...headerLaws(space),
  ]
}

function headerLaws(space: Space): Formula[] {
  const found: Formula[] = []
  for (const [name, { opaque }] of space.headers) {
    for (const a of opaque) {
      for (const b of opaque) {
        if (a === b) continue
        const then = consequence(a, b)
        if (then === 'may') continue
        const second = space.opaque(name, b)
        found.push(or(not(space.opaque(name, a)), then === 'must' ? second : not(second)))
      }
    }
  }
  return found
}
