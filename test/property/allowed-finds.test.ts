/** What the policy allows hides nothing that stands beside it, and is not redacted with it. */
import { describe, expect, it } from 'vitest'
import { type Classified, classify } from '../../src/pipeline/classify/classify.ts'
import { redact } from '../../src/pipeline/classify/redact.ts'
import { replaceValues } from '../../src/protocols/json-object.ts'
import { type ModelRequest, parseModelRequest } from '../../src/protocols/model-request.ts'
import type { RouteTable } from '../../src/table/route-table.ts'
import { KIND_NAMES, plantOf } from '../privacy/plants.ts'
import { bareOf } from '../privacy/windows.ts'
import { makePrivacy, makeRuledTable } from '../src/make-policy.ts'

const CARD = ['4111', '1111', '1111', '1111'].join(' ')
const ALLOWED = [
  CARD,
  CARD.replaceAll(' ', ''),
  'desk@own.example.org',
  'Ada@Team.own.example.org',
  '192.0.2.7',
]
const BETWEEN = [' ', ', ', '\n', '; ', ' | ', ' - ', ' (', '"']

const base = makeRuledTable([])
const table: RouteTable = {
  ...base,
  classify: {
    ...base.classify,
    privacy: makePrivacy({
      allow: { values: [CARD], domains: ['own.example.org'], networks: ['192.0.2.0/24'] },
    }),
  },
}

function read(content: string): { request: ModelRequest; classified: Classified } {
  const body = JSON.stringify({ model: 'auto', messages: [{ role: 'user', content }] })
  const request = parseModelRequest(new TextEncoder().encode(body))
  return { request, classified: classify(request, { client: 'crew', surface: 'chat', table, headers: {} }) }
}

/** Those that built-in detectors find. */
const plants = KIND_NAMES.map((kind, i) => plantOf(kind, 300 + i)).filter(
  ({ detector }) => detector === 'pii' || detector === 'secrets',
)

describe.each(ALLOWED)('%s', (allowed) => {
  it('is no find', () => {
    expect(read(`see ${allowed} there`).classified.facts.labels).toEqual({})
  })

  it.each(plants)('hides no $kind', ({ text, cores }) => {
    const texts = BETWEEN.flatMap((between) => [allowed + between + text, text + between + allowed])
    const hidden = texts.filter((content) => {
      const { request, classified } = read(content)
      if (classified.facts.labels['private'] === undefined) return true
      const detectors = ['secrets', 'pii']
      const changed = redact(request.body, classified, { surface: 'chat', table, detectors })
      const left = bareOf(replaceValues(request.body, changed))
      return !left.includes(bareOf(allowed)) || cores.some((core) => left.includes(bareOf(core)))
    })
    expect(hidden).toEqual([])
  })
})
