/**
 * Predicates in words: what one demands, and why it does not hold.
 */
import type { Facts } from '../../src/table/facts.ts'
import { lookup } from '../../src/table/lookup.ts'
import type { HeaderTest, Marks, NumberFact, Predicate } from '../../src/table/predicate.ts'
import type { TextTest } from '../../src/table/route-table.ts'
import { showWeekTime } from '../simulate/world.ts'

/** What it demands: `tokens below 2000`, `label private`. */
export function describePredicate(predicate: Predicate, texts: readonly TextTest[]): string {
  switch (predicate.kind) {
    case 'all':
      return predicate.of.map((part) => inBrackets(part, 'any', texts)).join(' and ')
    case 'any':
      return predicate.of.map((part) => inBrackets(part, 'all', texts)).join(' or ')
    case 'not':
      return `not (${describePredicate(predicate.of, texts)})`
    case 'model':
      return `model ${orList([...predicate.names, ...predicate.prefixes.map((prefix) => `${prefix}*`)])}`
    case 'client':
    case 'tag':
    case 'label':
    case 'surface':
    case 'complexity':
      return `${predicate.kind} ${orList(predicate.names)}`
    case 'header':
      return `header ${predicate.name} ${describeHeader(predicate.test)}`
    case 'text':
      return describeText(texts[predicate.index], 'contains', 'matches')
    case 'range':
      return `${NUMBERS[predicate.fact]} ${describeRange(predicate)}`
    case 'flag':
      return FLAGS[predicate.fact][predicate.is ? 1 : 0]
    case 'healthy':
      return `backend ${predicate.backend} up`
    case 'mode':
      return `mode ${predicate.name} on`
    case 'time':
      break
  }
  return `time ${orList(predicate.windows.map(({ start, end }) => `${showWeekTime(start)} to ${showWeekTime(end)}`))}`
}

/** Why it does not hold, for one that does not: `tokens are 12, wanted 2000 and up`. */
export function describeFailure(
  predicate: Predicate,
  { facts, marks, texts }: { facts: Facts; marks: Marks; texts: readonly TextTest[] },
): string {
  const wanted = describePredicate(predicate, texts)
  switch (predicate.kind) {
    case 'all':
      return `not all of: ${wanted}`
    case 'any':
      return `none of: ${predicate.of.map((part) => describePredicate(part, texts)).join('; ')}`
    case 'not':
      return `${describePredicate(predicate.of, texts)}, which it excludes`
    case 'tag':
    case 'label': {
      const carried = marks[`${predicate.kind}s`]
      return `${predicate.kind}s are ${carried.length === 0 ? 'none' : carried.join(', ')}, wanted ${orList(predicate.names)}`
    }
    case 'model':
    case 'client':
    case 'surface':
    case 'complexity':
      return `${predicate.kind} is ${facts[predicate.kind]}, wanted ${wanted.slice(predicate.kind.length + 1)}`
    case 'header': {
      const value = lookup(facts.headers, predicate.name)
      const is = value === undefined ? 'is not there' : `is ${JSON.stringify(value)}`
      return `header ${predicate.name} ${is}, wanted ${describeHeader(predicate.test)}`
    }
    case 'text':
      return describeText(texts[predicate.index], 'does not contain', 'does not match')
    case 'range': {
      const value = facts[predicate.fact]
      const name = NUMBERS[predicate.fact]
      return value === null ? `${name} not given` : `${name} ${value}, wanted ${describeRange(predicate)}`
    }
    case 'flag':
      return FLAGS[predicate.fact][predicate.is ? 0 : 1]
    case 'healthy':
      return `backend ${predicate.backend} down`
    case 'mode':
      return `mode ${predicate.name} off`
    case 'time':
      break
  }
  return `time is ${showWeekTime(facts.minuteOfWeek)}, wanted ${wanted.slice('time '.length)}`
}

const NUMBERS: Record<NumberFact, string> = {
  tokens: 'tokens',
  maxTokens: 'max_tokens',
  systemLength: 'characters of the system prompt',
}

/** When it is not, and when it is. */
const FLAGS: Record<'tools' | 'images' | 'stream' | 'injection', readonly [string, string]> = {
  tools: ['no tools', 'tools'],
  images: ['no images', 'images'],
  stream: ['no stream', 'a stream'],
  injection: ['injection not flagged', 'injection flagged'],
}

const PARTS: Record<TextTest['in'], string> = {
  user: 'last user turn',
  system: 'system prompt',
  conversation: 'conversation',
}

function inBrackets(part: Predicate, kind: 'all' | 'any', texts: readonly TextTest[]): string {
  const text = describePredicate(part, texts)
  return part.kind === kind && part.of.length > 1 ? `(${text})` : text
}

function describeText(text: TextTest | undefined, contains: string, matches: string): string {
  if (text === undefined) return 'a text that the table does not have'
  const { test } = text
  return test.kind === 'contains'
    ? `${PARTS[text.in]} ${contains} ${orList(test.anyOf.map((word) => JSON.stringify(word)))}`
    : `${PARTS[text.in]} ${matches} /${test.source}/${test.flags.replace('u', '')}`
}

function describeHeader(test: HeaderTest): string {
  switch (test.kind) {
    case 'present':
      return 'there'
    case 'equals':
      return `= ${orList(test.anyOf.map((value) => JSON.stringify(value)))}`
    case 'prefix':
      return `beginning with ${JSON.stringify(test.value)}`
    case 'contains':
      break
  }
  return `containing ${JSON.stringify(test.value)}`
}

function describeRange({ atLeast, below }: { atLeast: number; below: number | null }): string {
  if (below === null) return `${atLeast} and up`
  return atLeast === 0 ? `below ${below}` : `${atLeast} to ${below - 1}`
}

/** `a`, `a or b`, `a, b or c`. */
function orList(items: readonly string[]): string {
  return items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} or ${items.at(-1)}`
}
