import { expect, it } from 'vitest'
import { labelCauses } from '../../../compiler/flow/label-causes.ts'
import { createSpace } from '../../../compiler/flow/space.ts'
import type { RouteTable } from '../../../src/table/route-table.ts'
import { makePattern, makePrivacy } from '../../src/make-policy.ts'
import { makeClient, makeTable } from '../../src/make-snapshot.ts'

const GUARD = makePrivacy({
  detectors: ['secrets', 'pii'],
  patterns: [makePattern({ label: 'secret' }), makePattern({ id: 'greeting', label: 'loose' })],
  surfaces: ['chat'],
})
const LABEL = { onDenied: null, trace: 'none', cache: 'none' } as const

it.each<[string, Partial<RouteTable['classify']>, Record<string, string[]>]>([
  [
    'images are labelled',
    { privacy: GUARD },
    {
      private: ['secrets', 'pii', 'failed', 'unscanned', 'images'],
      secret: ['codename', 'failed', 'unscanned', 'images'],
      loose: ['greeting', 'failed'],
      tied: ['client'],
    },
  ],
  [
    'images are refused',
    { privacy: { ...GUARD, patterns: [], detectors: ['pii'] }, images: 'refuse' },
    { private: ['pii', 'failed', 'unscanned'], tied: ['client'] },
  ],
  ['no guard', { privacy: null }, { tied: ['client'] }],
])('finds what can put labels on: %s', (_, classify, expected) => {
  const table = makeTable({
    labels: {
      private: { ...LABEL, mayReach: 1 },
      secret: { ...LABEL, mayReach: 2 },
      loose: { ...LABEL, mayReach: 1 },
      tied: { ...LABEL, mayReach: 0 },
    },
    classify: { ...makeTable().classify, ...classify },
    clients: { crew: makeClient(), kid: makeClient({ labels: ['tied'] }) },
  })
  const input = { ...table, models: {} }
  const found = Array.from(labelCauses(input, createSpace(input)), ([label, causes]) => [
    label,
    causes.map(({ cause }) => cause),
  ])
  expect(Object.fromEntries(found)).toEqual(expected)
})
