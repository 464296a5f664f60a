/**
 * For every rule that a caller can get to, a request that gets there: found by the flow analysis, as plain as can be.
 */
import { createFlow, type Flow } from '../flow/flow.ts'
import type { Facts } from '../../src/table/facts.ts'
import { resolveName } from '../../src/table/names.ts'
import type { Predicate } from '../../src/table/predicate.ts'
import type { RouteTable } from '../../src/table/route-table.ts'
import { type AbstractRequest, patternKey, PLAIN, textKey } from './abstract-request.ts'
import type { CallerClass } from './callers.ts'

/** @returns caller → its requests; none where the entry has no rules in this table */
export function createSeeds(table: RouteTable): (caller: CallerClass) => AbstractRequest[] {
  const { rulesets } = table
  const models = Object.fromEntries(
    Object.entries(table.models).map(([name, model]) => [name, model.kind === 'ruled' ? model.rules : null]),
  )
  let flow: Flow | undefined
  return ({ clients: [client = ''], example, prefix }) => {
    const model = resolveName(table, example)?.model
    const ruleset = model === undefined ? null : (models[model] ?? null)
    if (ruleset === null) return []
    flow ??= createFlow({ ...table, models })
    const also: Predicate[] = [
      { kind: 'client', names: [client] },
      prefix === null
        ? { kind: 'model', names: [example], prefixes: [] }
        : { kind: 'model', names: [], prefixes: [prefix] },
    ]
    const indices = [...(rulesets[ruleset] ?? []).keys()]
    return indices.flatMap((index) => {
      const found = flow?.atRule({ ruleset, index, also })
      return found?.kind === 'found' ? [{ ...toAbstract(found.facts, table), client, model: example }] : []
    })
  }
}

function toAbstract(facts: Facts, table: RouteTable): AbstractRequest {
  const { client, model, surface, stream, headers, maxTokens, systemLength, tools, images, json } = facts
  const { injection, minuteOfWeek, unhealthy, modes } = facts
  const { privacy } = table.classify
  const causes = new Set(Object.values(facts.labels).flat())
  const patterns = (privacy?.patterns ?? []).filter(({ id }) => causes.has(id)).map(patternKey)
  const builtin = ['secrets', 'pii', 'unscanned', 'failed'].filter((cause) => causes.has(cause))
  return {
    ...PLAIN,
    client,
    model,
    surface,
    stream,
    headers,
    maxTokens,
    systemLength,
    tools,
    images,
    json,
    injection,
    minuteOfWeek,
    unhealthy,
    modes,
    ...sized(facts, table),
    texts: table.texts.flatMap((text, i) => (facts.texts[i] === true ? [textKey(text)] : [])),
    finds: [...builtin, ...patterns],
  }
}

type Sized = Pick<AbstractRequest, 'tokens' | 'words' | 'classifier'>

/** The flow takes size and difficulty for two things; here a model says so, or a word makes a small request hard. */
function sized({ tokens, complexity }: Facts, { needs, classify }: RouteTable): Sized {
  const { code, reasoning, simpleTokens, mediumTokens, classifier } = classify.complexity
  const plain = { tokens, words: [], classifier: null }
  if (!needs.complexity) return plain
  if (classifier !== null) return { ...plain, classifier: complexity }
  if (complexity === 'simple') return plain
  const [word] = complexity === 'medium' ? code : reasoning
  const least = complexity === 'medium' ? simpleTokens + 1 : mediumTokens + 1
  return word === undefined ? { ...plain, tokens: Math.max(tokens, least) } : { ...plain, words: [word] }
}
