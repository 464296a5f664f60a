/** An ask → the request as it goes over the wire, and what the policy promises of it. */
import type { Surface } from '../../src/table/route-table.ts'
import { SURFACE_TRAITS } from '../../src/table/surfaces.ts'
import { type Ask, type Planting, type Unreadable } from './ask.ts'
import { createDice } from './dice.ts'
import { type Dress, DRESSES } from './dresses.ts'
import { type Draft, type Place } from './draft.ts'
import { PLACES } from './places.ts'
import { type LabelName, type Plant, plantOf } from './plants.ts'
import { ALLOWED, MAY_REACH, SCAN_BYTES, WAYS, type Way, ZONES } from './zoned-policies.ts'

export interface Planted {
  plant: Plant
  dress: Dress
  place: Place
}

export interface Composed {
  number: number
  way: Way
  planted: readonly Planted[]
  path: string
  body: string
  headers: Record<string, string>
  /** Index of the least trusted zone that may see anything of it. */
  minZone: number
  /** Nothing about it is private. */
  isClean: boolean
}

const ALLOWED_TEXT = `Write to desk@team.${ALLOWED.domain} or pay with ${ALLOWED.card}.`

const TALE =
  'The garden is quiet and the small dog sleeps under an old tree near our green house while rain falls'
const WORDS = TALE.split(' ')

/** Which ask a request that arrived belongs to: it stands in the text, in a field and in a header. */
const MARK = /\bask-(\d+)-/
const markOf = (number: number): string => `ask-${number}-`

/** @returns the number of the ask whose mark stands there first */
export function findMark(text: string): number | null {
  const found = MARK.exec(text)
  return found === null ? null : Number(found[1])
}

export function compose(ask: Ask, number: number): Composed {
  const way = WAYS[ask.way] ?? WAYS[0]
  if (way === undefined) throw new Error('there is no way')
  const mark = markOf(number)
  const draft: Draft = {
    surface: ask.surface,
    model: way.model,
    body: { x_ask: mark },
    headers: { ...way.headers, 'x-correlation-id': mark },
    query: '',
  }
  const planted = resolvePlantings(ask)
  sayHarmless(draft, { says: ask.saysAllowed ? `${mark} ${ALLOWED_TEXT}` : mark, filler: ask.filler })
  if (ask.unreadable !== null) ADDED[ask.unreadable](draft, number)
  if (ask.stream && SURFACE_TRAITS[ask.surface].streams) draft.body['stream'] = true
  const text = write(draft, planted)
  const { minZone, isClean } = promise(ask, planted, way)
  return {
    number,
    way,
    planted,
    path: SURFACE_TRAITS[ask.surface].path + draft.query,
    body: text,
    headers: draft.headers,
    minZone,
    isClean,
  }
}

function resolvePlantings({ surface, plantings }: Ask): Planted[] {
  const taken = new Set<Place>()
  return plantings.flatMap((planting) => {
    const planted = resolvePlanting(
      planting,
      PLACES.filter((place) => place.surfaces.includes(surface) && !taken.has(place)),
    )
    if (planted === null) return []
    taken.add(planted.place)
    return [planted]
  })
}

/** @returns null where all places that it fits are taken */
function resolvePlanting(
  { kind, salt, dress: dressNumber, place: placeNumber }: Planting,
  places: readonly Place[],
): Planted | null {
  const plant = plantOf(kind, salt)
  const dress = DRESSES[dressNumber % DRESSES.length] ?? DRESSES[0]
  const fitting = places.filter((place) => fits(plant, dress, place))
  const place = fitting[placeNumber % fitting.length]
  return place === undefined ? null : { plant, dress, place }
}

/** Whether a span so dressed can stand there, and would be one. */
export function fits(plant: Plant, dress: Dress, place: Place): boolean {
  const isSplit = dress.write(plant.text).length > 1
  return (
    (!isSplit || place.splits === true) &&
    (place.isName !== true || (plant.isName && dress.isName === true)) &&
    (place.isNumber !== true || (plant.kind === 'card-in-one' && dress.name === 'plain')) &&
    (place.isId !== true || plant.kind !== 'random-token')
  )
}

/** Puts spans into a request, and writes it down. */
export function write(draft: Draft, planted: readonly Planted[]): string {
  const escaped: string[] = []
  for (const { plant, dress, place } of planted) {
    const pieces = dress.write(plant.text)
    place.put(draft, pieces)
    if (dress.isEscaped === true) escaped.push(...pieces)
  }
  return escaped.reduce(escapeOnWire, JSON.stringify({ model: draft.model, ...draft.body }))
}

/** Surfaces that take several texts at once. */
const LISTED: ReadonlySet<Surface> = new Set<Surface>(['completions', 'embeddings'])

/** @param filler how many turns stand before */
export function sayHarmless(draft: Draft, { says, filler }: { says: string; filler: number }): void {
  const text = `${says} ${sentence(filler)}`
  const { turns: field, prompts, outputLimit } = SURFACE_TRAITS[draft.surface]
  if (field === null) {
    const [prompt = 'prompt'] = prompts
    draft.body[prompt] = LISTED.has(draft.surface) ? [text] : text
    if (draft.surface === 'rerank') draft.body['documents'] = [sentence(filler)]
  } else {
    const turns = Array.from({ length: filler }, (_, i) => ({
      role: i % 2 === 0 ? 'user' : 'assistant',
      content: sentence(i + filler),
    }))
    draft.body[field] = [...turns, { role: 'user', content: text }]
    const [limit] = outputLimit
    if (limit !== undefined) draft.body[limit] = 20 + filler
  }
}

function sentence(start: number): string {
  return Array.from({ length: 12 }, (_, i) => WORDS[(start * 5 + i) % WORDS.length]).join(' ')
}

/** Bytes that are no text. */
function bytesOf(number: number, count: number): string {
  const dice = createDice(number)
  return Buffer.from(Uint8Array.from({ length: count }, () => dice.below(256))).toString('base64')
}

const ADDED: Readonly<Record<Unreadable, (draft: Draft, number: number) => void>> = {
  image: (draft, number) =>
    show(draft, { image_url: { url: `data:image/png;base64,${bytesOf(number, 90)}` } }),
  sound: (draft, number) => show(draft, { input_audio: { data: bytesOf(number, 90), format: 'wav' } }),
  file: (draft) => show(draft, { file: { file_id: 'file-1' } }),
  tokens: (draft) => void (draft.body['prompt_token_ids'] = [11, 12, 13]),
  bytes: (draft, number) => show(draft, { text: `look at ${bytesOf(number, 900)}` }),
  far: (draft) => show(draft, { text: 'word '.repeat(SCAN_BYTES / 4) }),
}

/** Where there are turns the user shows it, elsewhere a field does. */
function show(draft: Draft, part: object): void {
  const turns = draft.body[SURFACE_TRAITS[draft.surface].turns ?? 'messages']
  if (Array.isArray(turns)) turns.push({ role: 'user', content: [part] })
  else draft.body['x_shown'] = [part]
}

/** All escapes that JSON knows, and most that nobody would write. */
function escapeOnWire(json: string, text: string): string {
  const written = JSON.stringify(text).slice(1, -1)
  const escapes = Array.from({ length: text.length }, (_, i) => {
    return `\\u${text.charCodeAt(i).toString(16).padStart(4, '0')}`
  })
  return json.replaceAll(written, () => escapes.join(''))
}

function promise(ask: Ask, planted: readonly Planted[], way: Way): Pick<Composed, 'minZone' | 'isClean'> {
  const seen = planted.filter(({ place }) => place.isDropped !== true)
  const isRuled = !seen.some(({ place }) => place.name === 'model')
  const redacted = isRuled ? (way.redacts ?? []) : []
  const isUnread = ask.unreadable !== null
  const labels = new Set<LabelName>(
    seen.filter(({ plant }) => !redacted.includes(plant.detector)).map(({ plant }) => plant.label),
  )
  if (ask.isLabelled || isUnread) labels.add('private')
  const zones = Array.from(labels, (label) => ZONES.indexOf(MAY_REACH[label]))
  return { minZone: Math.max(0, ...zones), isClean: seen.length === 0 && !ask.isLabelled && !isUnread }
}
