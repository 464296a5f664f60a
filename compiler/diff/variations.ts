/**
 * The single ways in which a request can differ from a plain one, as far as either of two tables cares.
 */
import { exampleValue, type HeaderValues } from '../flow/header-values.ts'
import type { FlagFact, NumberFact, Predicate } from '../../src/table/predicate.ts'
import type { RouteTable } from '../../src/table/route-table.ts'
import { type AbstractRequest, patternKey, textKey } from './abstract-request.ts'
import { predicatesOf } from './predicates-of.ts'
import { surfaceClasses } from './surface-classes.ts'

/** Two variations of one aspect exclude each other. */
export interface Variation {
  aspect: string
  apply: (request: AbstractRequest) => AbstractRequest
}

export interface Variations {
  /** What any request's targets depend on. */
  selection: Variation[]
  /** What only rules ask about. */
  rules: Variation[]
}

export function variationsOf(tables: readonly RouteTable[]): Variations {
  const predicates = tables.flatMap(predicatesOf)
  return {
    selection: [
      ...values('surface', surfaceClasses(tables, predicates)),
      ...adding('finds', tables.flatMap(findsOf)),
      ...flags(tables, predicates),
      ...numbers('tokens', tables.flatMap(contextBounds)),
      ...adding(
        'modes',
        tables.flatMap(({ modes }) => Object.keys(modes)),
      ),
      ...adding(
        'unhealthy',
        tables.flatMap(({ backends }) => Object.keys(backends)),
      ),
    ],
    rules: [
      ...numbers('tokens', [...bounds('tokens', predicates), ...tables.flatMap(complexityBounds)]),
      ...numbers('maxTokens', bounds('maxTokens', predicates)),
      ...numbers('systemLength', bounds('systemLength', predicates)),
      ...headers(predicates),
      ...adding(
        'texts',
        tables.flatMap(({ texts }) => texts.map(textKey)),
      ),
      ...adding('words', wordsOf(tables)),
      ...values('classifier', tables.some(asksModel) ? ['simple', 'medium', 'complex'] : []),
      ...values('minuteOfWeek', predicates.flatMap(weekBounds)),
      ...values('user', tables.some(splits) ? USERS : []),
    ],
  }
}

/** Enough of them to fall on every arm of a split that is not very small. */
const USERS = Array.from({ length: 16 }, (_, i) => `user-${i}`)

function splits({ rulesets }: RouteTable): boolean {
  return Object.values(rulesets).some((rules) => rules.some(({ action }) => action.kind === 'split'))
}

function asksModel({ needs, classify }: RouteTable): boolean {
  return needs.complexity && classify.complexity.classifier !== null
}

/** One variation for each value. */
function values<K extends keyof AbstractRequest>(
  aspect: K,
  list: readonly AbstractRequest[K][],
): Variation[] {
  return [...new Set(list)].map((value) => ({
    aspect,
    apply: (request) => ({ ...request, [aspect]: value }),
  }))
}

type ListAspect = 'texts' | 'finds' | 'words' | 'modes' | 'unhealthy'

/** One variation for each thing that can be added; all of them can be there at once. */
function adding(aspect: ListAspect, list: readonly string[]): Variation[] {
  return [...new Set(list)].map((value) => ({
    aspect: `${aspect} ${value}`,
    apply: (request) =>
      request[aspect].includes(value) ? request : { ...request, [aspect]: [...request[aspect], value] },
  }))
}

/** Both sides of each bound. */
function numbers(aspect: NumberFact, list: readonly number[]): Variation[] {
  const sides = list.flatMap((bound) => [bound - 1, bound]).filter((value) => value >= 0)
  return values(aspect, sides)
}

function bounds(fact: NumberFact, predicates: readonly Predicate[]): number[] {
  return predicates.flatMap((predicate) => {
    if (predicate.kind !== 'range' || predicate.fact !== fact) return []
    return predicate.below === null ? [predicate.atLeast] : [predicate.atLeast, predicate.below]
  })
}

/** Where context windows end: the first number that is too many. */
function contextBounds({ needs, targets }: RouteTable): number[] {
  if (!needs.text) return []
  return Object.values(targets).flatMap(({ context }) => (context === null ? [] : [context + 1]))
}

/** Where classes of complexity end. */
function complexityBounds({ needs, classify }: RouteTable): number[] {
  const { simpleTokens, mediumTokens } = classify.complexity
  return needs.complexity ? [simpleTokens + 1, mediumTokens + 1] : []
}

function flags(tables: readonly RouteTable[], predicates: readonly Predicate[]): Variation[] {
  const asked = (fact: FlagFact): boolean =>
    predicates.some((one) => one.kind === 'flag' && one.fact === fact)
  const limited = tables.some(({ targets }) =>
    Object.values(targets).some(({ supports }) => supports !== null),
  )
  const guarded = tables.some(({ classify }) => classify.privacy !== null || classify.images === 'refuse')
  const wanted: [keyof AbstractRequest, boolean][] = [
    ['tools', limited || asked('tools')],
    ['images', limited || guarded || asked('images')],
    ['json', limited],
    ['stream', asked('stream')],
    ['injection', tables.some(({ classify }) => classify.injection !== null)],
  ]
  return wanted.flatMap(([aspect, isWanted]) => (isWanted ? values(aspect, [true]) : []))
}

/** For each header: each value that is named, one for each test, and one that is none of these. */
function headers(predicates: readonly Predicate[]): Variation[] {
  const tests = predicates.flatMap((predicate) => (predicate.kind === 'header' ? [predicate] : []))
  return [...new Set(tests.map(({ name }) => name))].flatMap((name) => {
    const own = tests.filter((test) => test.name === name).map(({ test }) => test)
    const named = [...new Set(own.flatMap((test) => (test.kind === 'equals' ? test.anyOf : [])))]
    const opaque = own.filter((test) => test.kind === 'prefix' || test.kind === 'contains')
    const known: HeaderValues = { named, opaque }
    const examples = [...opaque.map((test) => exampleValue([test], known)), exampleValue([], known)]
    return [...new Set([...named, ...examples])].map((value) => ({
      aspect: `header ${name}`,
      apply: (request: AbstractRequest) => ({ ...request, headers: { ...request.headers, [name]: value } }),
    }))
  })
}

function findsOf({ classify: { privacy } }: RouteTable): string[] {
  return privacy === null
    ? []
    : [...privacy.detectors, ...privacy.patterns.map(patternKey), 'unscanned', 'failed']
}

/** One word for each way in which the tables can take a word. */
function wordsOf(tables: readonly RouteTable[]): string[] {
  const gauges = tables.filter(({ needs }) => needs.complexity).map(({ classify }) => classify.complexity)
  const words = gauges.flatMap(({ code, reasoning }) => [...code, ...reasoning])
  const kindOf = (word: string): string =>
    JSON.stringify(gauges.map(({ code, reasoning }) => [code.includes(word), reasoning.includes(word)]))
  return [...new Map(words.toReversed().map((word) => [kindOf(word), word])).values()]
}

/** The minutes round both ends of a window. */
function weekBounds(predicate: Predicate): number[] {
  if (predicate.kind !== 'time') return []
  const ends = predicate.windows.flatMap(({ start, end }) => [start - 1, start, end - 1, end])
  return ends.map((minute) => (minute + MINUTES_OF_WEEK) % MINUTES_OF_WEEK)
}

const MINUTES_OF_WEEK = 7 * 24 * 60
