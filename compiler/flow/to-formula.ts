/** A rule's condition → a formula over the dimensions of a request. */
import type { Predicate } from '../../src/table/predicate.ts'
import { and, not, or, type Formula } from './formula.ts'
import { beginsWith } from './name-classes.ts'
import type { Space } from './space.ts'

/** When a request carries a tag or a label, after what the rules before have done to it. */
export interface MarkFormulas {
  tag: (name: string) => Formula
  label: (name: string) => Formula
}

export function toFormula(predicate: Predicate, space: Space, marks: MarkFormulas): Formula {
  const recur = (part: Predicate): Formula => toFormula(part, space, marks)
  switch (predicate.kind) {
    case 'all':
      return and(...predicate.of.map(recur))
    case 'any':
      return or(...predicate.of.map(recur))
    case 'not':
      return not(recur(predicate.of))
    case 'model':
      return space.name(
        (name) =>
          (name.prefix === null && predicate.names.includes(name.example)) ||
          predicate.prefixes.some((prefix) => beginsWith(name, prefix)),
      )
    case 'client':
      return space.client((client) => predicate.names.includes(client))
    case 'tag':
      return or(...predicate.names.map(marks.tag))
    case 'label':
      return or(...predicate.names.map(marks.label))
    case 'surface':
      return space.surface(predicate.names)
    case 'complexity':
      return space.complexity(predicate.names)
    case 'header':
      return space.header(predicate.name, predicate.test)
    case 'text':
      return space.text(predicate.index)
    case 'range':
      return space.number(predicate.fact, predicate)
    case 'flag':
      return space.flag(predicate.fact, predicate.is)
    case 'healthy':
      return space.up(predicate.backend)
    case 'mode':
      return space.mode(predicate.name)
    case 'time':
      break
  }
  return space.time(predicate.windows)
}
