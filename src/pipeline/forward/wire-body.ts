/** The body that leaves for a target: as it came but for the policy's changes, or translated. */
import type { BackendBehaviour } from '../../backends/kind.ts'
import { editMembers, isRecord } from '../../protocols/json-object.ts'
import type { OwnMembers } from '../../table/own-members.ts'
import type { Target } from '../../table/route-table.ts'
import type { Exchange } from './exchange.ts'
import { fitParameters, unhonoured } from './fit-parameters.ts'
import { joinMembers, membersOf } from './json-members.ts'
import { createTranslations } from './translations.ts'
import { clientField, type Way } from './way-to.ts'

/** How the target is spoken to. */
export interface Spoken {
  behaviour: BackendBehaviour
  way: Way
  /** It may keep what is said, so that later requests can refer to it. */
  keepsState: boolean
  /** Parameters that it does not honour. */
  lacks: readonly string[]
  origin: string | null
  /** Top-level fields by which it is told of the trace, as JSON. */
  tracing: Readonly<Record<string, string>>
}

/** @throws GatewayError invalid_field, not_translatable (400) */
export function wireBody(exchange: Exchange, target: Target, spoken: Spoken): string {
  if (spoken.way.translation !== null) return translatedBody(exchange, target, spoken)
  exchange.journey.lost = []
  return nativeBody(exchange, target, spoken)
}

function nativeBody(
  { request: { body }, changes, labelled, journey }: Exchange,
  target: Target,
  {
    behaviour: { addedMembers, emptiedFields, labelledMembers, renames },
    way,
    keepsState,
    lacks,
    tracing,
  }: Spoken,
): string {
  const replacements = new Map(changes?.replaced)
  let added = addedMembers
  if (changes !== null && changes.added !== '') added = joinMembers(added, changes.added)
  for (const field of emptiedFields) if (body.spans.has(field)) replacements.set(field, '{}')
  const put = (field: string, json: string): void => {
    if (body.spans.has(field)) replacements.set(field, json)
    else added = joinMembers(added, `${JSON.stringify(field)}:${json}`)
  }
  for (const [field, json] of Object.entries(tracing)) put(field, json)
  if (labelled) for (const [field, json] of Object.entries(labelledMembers)) put(field, json)
  // Whoever says nothing of it has responses kept: for thirty days, at OpenAI.
  if (way.wire === 'responses' && (labelled || !keepsState)) {
    put('store', 'false')
    if (body.value['store'] === true) journey.lost = ['store']
  }
  replacements.set('model', JSON.stringify(target.id))
  const leaving = { replaced: replacements, removed: new Set<string>(), added }
  if (lacks.length > 0 || renames !== undefined) {
    journey.lost = [...journey.lost, ...unhonoured(body.value, lacks)]
    fitParameters(body, leaving, { lacks, renames: renames ?? {} })
  }
  const text = editMembers(body, leaving.replaced, leaving.removed)
  if (leaving.added === '') return text
  const open = text.indexOf('{') + 1
  return `${text.slice(0, open)}${leaving.added},${text.slice(open)}`
}

function translatedBody(
  exchange: Exchange,
  target: Target,
  { behaviour, way, lacks, origin, tracing }: Spoken,
): string {
  const { addedMembers, emptiedFields, labelledMembers } = behaviour
  exchange.translations ??= createTranslations(exchange.request, exchange.changes)
  const { body: said, lost } = exchange.translations.by(way)
  const dropped = unhonoured(said, lacks).map((field) => clientField(way, field))
  exchange.journey.lost = dropped.length === 0 ? lost : [...new Set([...lost, ...dropped])]
  const taken = lacks.length === 0 ? said : without(said, lacks)
  const renames = behaviour.translatedRenames?.(origin)
  const body = renames === undefined ? taken : renamed(taken, renames)
  const emptied = emptiedFields
    .filter((field) => field in body)
    .map((field): [string, unknown] => [field, {}])
  const told = Object.entries({ ...(exchange.labelled && labelledMembers), ...tracing })
  return JSON.stringify({
    ...body,
    ...membersOf(addedMembers),
    ...(way.wire === 'ollama-chat' && withOwn(body, target.ownMembers)),
    ...Object.fromEntries([
      ...emptied,
      ...told.map(([field, json]): [string, unknown] => [field, JSON.parse(json)]),
    ]),
    model: target.id,
  })
}

function without(body: Readonly<Record<string, unknown>>, lacks: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(body).filter(([field]) => !lacks.includes(field)))
}

/** What the policy says of the target goes before what a client says. */
function withOwn({ options: said }: Readonly<Record<string, unknown>>, own: OwnMembers = {}): object {
  const { options } = own
  return options === undefined || !isRecord(said) ? own : { ...own, options: { ...said, ...options } }
}

function renamed(
  body: Readonly<Record<string, unknown>>,
  renames: Readonly<Record<string, string>>,
): Record<string, unknown> {
  return Object.fromEntries(Object.entries(body).map(([field, value]) => [renames[field] ?? field, value]))
}
