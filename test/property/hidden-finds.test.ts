/**
 * A secret or a number with check digits is found wherever it stands and however it is dressed; its place in the text
 * as it was written is told rightly; redaction leaves nothing of it, and JSON. All places, dresses and kinds are gone
 * through; `npm run test:privacy` sends the same through the real gateway.
 */
import { describe, expect, it } from 'vitest'
import { GatewayError } from '../../src/errors.ts'
import { type Classified, classify } from '../../src/pipeline/classify/classify.ts'
import { redact } from '../../src/pipeline/classify/redact.ts'
import { replaceValues } from '../../src/protocols/json-object.ts'
import { type ModelRequest, parseModelRequest } from '../../src/protocols/model-request.ts'
import type { RouteTable, Surface } from '../../src/table/route-table.ts'
import { ALL_SURFACES } from '../../src/table/surfaces.ts'
import { fits, sayHarmless, write } from '../privacy/compose.ts'
import { type Dress, DRESSES } from '../privacy/dresses.ts'
import { type Draft, type Place } from '../privacy/draft.ts'
import { PLACES } from '../privacy/places.ts'
import { KIND_NAMES, PACKED, PATTERNS, type Plant, plantOf } from '../privacy/plants.ts'
import { readings } from '../privacy/readings.ts'
import { bareOf, windowsOf } from '../privacy/windows.ts'
import { errorOf } from '../src/error-of.ts'
import { makeLabel, makePattern, makePrivacy, makeRuledTable } from '../src/make-policy.ts'
import { isSample } from './runs.ts'

const base = makeRuledTable([])
const table: RouteTable = {
  ...base,
  wildcards: [{ prefix: 'org-', model: 'fast' }],
  labels: { private: makeLabel(), secret: makeLabel(), internal: makeLabel({ mayReach: 1 }) },
  classify: {
    ...base.classify,
    privacy: makePrivacy({
      surfaces: [...ALL_SURFACES],
      patterns: [
        ...PATTERNS.map(({ id, regex, label }) =>
          makePattern({ id, label, source: regex.replace('(?i)', ''), flags: 'iu' }),
        ),
        makePattern({ ...PACKED, source: PACKED.regex, flags: 'u' }),
      ],
    }),
  },
}
const DETECTORS = ['secrets', 'pii', ...PATTERNS.map(({ id }) => id), PACKED.id]

const PLACEHOLDER = /\[[A-Z][\w:-]*\]/g

interface Case {
  name: string
  surface: Surface
  place: Place
  plant: Plant
  dress: Dress
}

interface Seen extends Case {
  request: ModelRequest
  classified: Classified
}

/** The same walk reads all protocols: of others than OpenAI's older ones, and of further surfaces, a part will do. */
const THOROUGH: ReadonlySet<Surface> = new Set<Surface>(['chat', 'completions', 'embeddings'])
const SPARSE = isSample ? 3 : 1
const everyOf = (surface: Surface, place: number): number =>
  SPARSE * (place > 0 ? 9 : THOROUGH.has(surface) ? 1 : 4)

/** A span of each kind, each unlike those at other places. */
function casesAt(place: Place): Case[] {
  return place.surfaces.flatMap((surface, s) =>
    DRESSES.flatMap((dress, d) =>
      KIND_NAMES.flatMap((kind, k) => {
        const every = everyOf(surface, s)
        if ((d + k) % every !== s % every) return []
        const plant = plantOf(kind, PLACES.indexOf(place) * 10_000 + d * 100 + k)
        const name = `${kind}, ${dress.name}, ${surface}`
        return fits(plant, dress, place) ? [{ name, surface, place, plant, dress }] : []
      }),
    ),
  )
}

function see(one: Case): Seen {
  const draft: Draft = { surface: one.surface, model: 'auto', body: {}, headers: {}, query: '' }
  sayHarmless(draft, { says: 'hello', filler: 1 })
  const body = write(draft, [one])
  const given = draft.headers['x-correlation-id'] ?? null
  return { ...one, ...read(body, one.surface, given) }
}

function read(
  body: string,
  surface: Surface,
  correlationId: string | null,
): Pick<Seen, 'request' | 'classified'> {
  const request = parseModelRequest(new TextEncoder().encode(body))
  return {
    request,
    classified: classify(request, { client: 'crew', surface, table, headers: {}, correlationId }),
  }
}

function redacted({ request, classified, surface }: Seen): string {
  return replaceValues(
    request.body,
    redact(request.body, classified, { surface, table, detectors: DETECTORS }),
  )
}

/** What of a span can be read in a text. */
function leftOf({ cores }: Plant, text: string): string[] {
  const windows = cores.flatMap(windowsOf)
  const plains = Array.from(readings(text), bareOf)
  return windows.filter((window) => plains.some((plain) => plain.includes(window)))
}

/** How many texts within a text are JSON: of an object, a list, and what stands in these. */
function countJson(text: string): number {
  if (!/^\s*[{[]/.test(text)) return 0
  let count = 0
  try {
    JSON.parse(text, (_key, value: unknown) => {
      if (typeof value === 'string') count += countJson(value)
      return value
    })
  } catch {
    return 0
  }
  return count + 1
}

/** The finds as they stand in the request, cut out and put together. */
function cutOut({ classified: { parts, findings } }: Seen): string {
  const cut = parts.map(({ text }, part) => {
    const spans = findings.filter((find) => find.part === part).toSorted((a, b) => a.start - b.start)
    let from = 0
    return spans.map(({ start, end }) => {
      const piece = text.slice(Math.max(from, start), end)
      from = Math.max(from, end)
      return piece
    })
  })
  return cut.flat().join('')
}

function isRefusal(error: unknown): boolean {
  return error instanceof GatewayError && error.code === 'redaction_failed'
}

const names = (cases: readonly Case[]): string[] => cases.map(({ name }) => name)

describe.each(PLACES.filter(({ isDropped }) => isDropped !== true))('in the $name', (place) => {
  const cases = casesAt(place).map(see)

  it('every span in every dress is found', () => {
    const missed = cases.filter(
      ({ classified: { facts }, plant }) => facts.labels[plant.label]?.includes(plant.detector) !== true,
    )
    expect(names(missed)).toEqual([])
    expect(cases).not.toEqual([])
  })

  it('what is found stands where the finds say it does', () => {
    const astray = cases.filter((seen) => {
      const { plant, dress } = seen
      const isCrowded = place.isCrowded === true || dress.isCrowded === true
      const cut = Array.from(readings(cutOut(seen)), bareOf)
      const whole = bareOf(`a note: ${plant.text}`)
      // All of the secret, of base64 all of it, and of what stands around it only what belongs to it.
      const all = dress.isEncoded === true ? ['a note', ...plant.cores] : plant.cores
      const holds = all.every((core) => cut.some((text) => text.includes(bareOf(core))))
      const isExact = cut.some((text) => text !== '' && whole.includes(text))
      return !holds || !(isExact || isCrowded)
    })
    expect(names(astray)).toEqual([])
  })

  it('redaction leaves nothing of it, and JSON, or refuses', () => {
    let refused = 0
    const unredacted = cases.filter((seen) => {
      const error = errorOf(() => redacted(seen))
      if (error !== undefined && !isRefusal(error)) return true
      if (place.isFixed === true) return error === undefined
      if (error !== undefined) {
        refused += 1
        // What is in base64 may by chance look as if it were twice.
        return seen.dress.isEncoded !== true
      }
      const left = redacted(seen)
      // What a placeholder says makes a telephone number of a date behind it.
      const again = read(left.replaceAll(PLACEHOLDER, '.'), seen.surface, null).classified
      const isBroken = countJson(left) !== countJson(seen.request.body.text)
      return isBroken || leftOf(seen.plant, left).length > 0 || again.findings.length > 0
    })
    expect(refused).toBeLessThan(cases.length / 20)
    expect(names(unredacted)).toEqual([])
  })
})
