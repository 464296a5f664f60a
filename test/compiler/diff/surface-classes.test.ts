import { expect, it } from 'vitest'
import { surfaceClasses } from '../../../compiler/diff/surface-classes.ts'
import type { Predicate } from '../../../src/table/predicate.ts'
import type { RouteTable } from '../../../src/table/route-table.ts'
import { ALL_SURFACES } from '../../../src/table/surfaces.ts'
import { makePrivacy } from '../../src/make-policy.ts'
import { makeModel, makeTable, makeTarget } from '../../src/make-snapshot.ts'

const surfaces = [...ALL_SURFACES]
const spoken = makeTarget({ speaks: surfaces })

interface Row {
  what: string
  table?: Partial<RouteTable>
  predicates?: Predicate[]
  classes: string[]
}

it.each<Row>([
  { what: 'nothing', table: {}, classes: ['chat'] },
  {
    what: 'a rule',
    predicates: [{ kind: 'surface', names: ['speech', 'images'] }],
    classes: ['chat', 'speech'],
  },
  {
    what: 'a guard',
    table: { classify: { ...makeTable().classify, privacy: makePrivacy({ surfaces: ['chat', 'rerank'] }) } },
    classes: ['chat', 'completions'],
  },
  {
    what: 'a model',
    table: { models: { fast: makeModel({ surfaces: ['embeddings'] }) } },
    classes: ['chat', 'embeddings'],
  },
  {
    what: 'a target',
    table: { targets: { 'gpu/coder': makeTarget({ speaks: ['chat'] }) } },
    classes: ['chat', 'completions'],
  },
  {
    what: 'what a model lets be translated',
    table: {
      targets: { 'gpu/coder': makeTarget({ speaks: ['chat'] }) },
      models: { fast: makeModel(), native: makeModel({ translation: 'off' }) },
    },
    classes: ['chat', 'completions', 'responses'],
  },
])('are told apart by $what', ({ table = {}, predicates = [], classes }) => {
  const one = makeTable({
    surfaces,
    models: { fast: makeModel() },
    targets: { 'gpu/coder': spoken },
    ...table,
  })
  expect(surfaceClasses([one], predicates)).toEqual(classes)
  expect(surfaceClasses([makeTable({ surfaces: ['chat'] }), one], predicates)).toEqual(
    expect.arrayContaining(classes),
  )
})
