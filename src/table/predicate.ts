/** Predicates over the facts of a request, and their evaluation. */
import type { Facts } from './facts.ts'
import { lookup } from './lookup.ts'
import type { Surface } from './route-table.ts'

export type Complexity = 'simple' | 'medium' | 'complex'

/** Numbers a request has. `maxTokens` may be absent: then no range holds. */
export type NumberFact = 'tokens' | 'maxTokens' | 'systemLength'

export type FlagFact = 'tools' | 'images' | 'stream' | 'injection'

export type HeaderTest =
  | { kind: 'present' }
  | { kind: 'equals'; anyOf: string[] }
  | { kind: 'prefix'; value: string }
  | { kind: 'contains'; value: string }

/** Minutes since Monday 00:00 in the table's time zone, from `start` to before `end`; 0 to 10080. */
export interface WeekWindow {
  start: number
  end: number
}

export type Predicate =
  | { kind: 'all'; of: Predicate[] }
  | { kind: 'any'; of: Predicate[] }
  | { kind: 'not'; of: Predicate }
  /** The name as the client wrote it: one of `names`, or begins with one of `prefixes`. */
  | { kind: 'model'; names: string[]; prefixes: string[] }
  | { kind: 'client'; names: string[] }
  /** Carries at least one of them. */
  | { kind: 'tag'; names: string[] }
  | { kind: 'label'; names: string[] }
  | { kind: 'surface'; names: Surface[] }
  | { kind: 'complexity'; names: Complexity[] }
  | { kind: 'header'; name: string; test: HeaderTest }
  /** Index into the table's `texts`. */
  | { kind: 'text'; index: number }
  | { kind: 'range'; fact: NumberFact; atLeast: number; below: number | null }
  | { kind: 'flag'; fact: FlagFact; is: boolean }
  | { kind: 'healthy'; backend: string }
  | { kind: 'mode'; name: string }
  | { kind: 'time'; windows: WeekWindow[] }

/** What rules have changed so far about the request they judge. */
export interface Marks {
  tags: readonly string[]
  labels: readonly string[]
}

export function holds(predicate: Predicate, facts: Facts, marks: Marks): boolean {
  switch (predicate.kind) {
    case 'all':
      return predicate.of.every((part) => holds(part, facts, marks))
    case 'any':
      return predicate.of.some((part) => holds(part, facts, marks))
    case 'not':
      return !holds(predicate.of, facts, marks)
    case 'model':
      return (
        predicate.names.includes(facts.model) ||
        predicate.prefixes.some((prefix) => facts.model.startsWith(prefix))
      )
    case 'client':
      return predicate.names.includes(facts.client)
    case 'tag':
      return predicate.names.some((name) => marks.tags.includes(name))
    case 'label':
      return predicate.names.some((name) => marks.labels.includes(name))
    case 'surface':
      return predicate.names.includes(facts.surface)
    case 'complexity':
      return predicate.names.includes(facts.complexity)
    case 'header':
      return headerHolds(predicate.test, lookup(facts.headers, predicate.name))
    case 'text':
      return facts.texts[predicate.index] === true
    case 'range': {
      const value = facts[predicate.fact]
      return (
        value !== null && value >= predicate.atLeast && (predicate.below === null || value < predicate.below)
      )
    }
    case 'flag':
      return facts[predicate.fact] === predicate.is
    case 'healthy':
      return !facts.unhealthy.includes(predicate.backend)
    case 'mode':
      return facts.modes.includes(predicate.name)
    case 'time':
      break
  }
  return predicate.windows.some(({ start, end }) => facts.minuteOfWeek >= start && facts.minuteOfWeek < end)
}

function headerHolds(test: HeaderTest, value: string | undefined): boolean {
  if (value === undefined) return false
  switch (test.kind) {
    case 'present':
      return true
    case 'equals':
      return test.anyOf.includes(value)
    case 'prefix':
      return value.startsWith(test.value)
    case 'contains':
      break
  }
  return value.includes(test.value)
}

/**
 * Where a predicate that does not hold fails first: indices of parts from the root down. For tools that
 * explain; the parts of `any` all failed, so the path ends there.
 */
export function failingPath(predicate: Predicate, facts: Facts, marks: Marks): number[] {
  if (predicate.kind !== 'all') return []
  const index = predicate.of.findIndex((part) => !holds(part, facts, marks))
  const part = predicate.of[index]
  return part === undefined ? [] : [index, ...failingPath(part, facts, marks)]
}
