import { expect, it } from 'vitest'
import type { Facts } from '../../../src/table/facts.ts'
import type { FailureCause, RouteTable, ServedModel, Target } from '../../../src/table/route-table.ts'
import { PLAIN_CAUSES } from '../../../src/table/failure-causes.ts'
import { selectTargets, type SelectOptions } from '../../../src/table/select-targets.ts'
import { makeFacts } from '../make-facts.ts'
import { makeModel, makeTable, makeTarget } from '../make-snapshot.ts'

const at = (backend: string, fields: Partial<Target> = {}): Target =>
  makeTarget({ backend, model: 'm', ...fields })

interface Row {
  name: string
  /** Backends of the pool and of the fallback, in order, each with what differs. */
  pool: Target[]
  fallback?: Target[]
  /** By which causes the fallbacks are tried; a plain one's when left out. */
  on?: FailureCause[]
  facts?: Partial<Facts>
  options?: Partial<SelectOptions>
  modes?: RouteTable['modes']
  translation?: ServedModel['translation']
  /** Backends that are left, pool first. */
  left: [pool: string[], fallback: string[]]
  dropped?: object
}

const A = at('a')
const LOCAL = at('local', { zone: 2 })
const GATED = at('gated', { mode: 'night' })
const NIGHT = { modes: ['night'] }
const FORCE_ONLY = { night: { whenOn: 'force-only', host: null } } as const

const ROWS: readonly Row[] = [
  { name: 'takes all', pool: [A, LOCAL], fallback: [GATED], left: [['a', 'local'], ['gated']] },
  {
    name: 'drops what a label forbids, wherever it stands',
    pool: [A, LOCAL],
    fallback: [GATED],
    options: { minZone: 2 },
    left: [['local'], []],
    dropped: { label: true },
  },
  {
    name: 'takes a zone at the bound',
    pool: [at('lan', { zone: 1 })],
    options: { minZone: 1 },
    left: [['lan'], []],
  },
  {
    name: 'drops what a mode gates',
    pool: [GATED],
    fallback: [A],
    facts: NIGHT,
    modes: FORCE_ONLY,
    left: [[], ['a']],
    dropped: { mode: 'night' },
  },
  {
    name: 'lets what is forced through',
    pool: [GATED],
    facts: NIGHT,
    modes: FORCE_ONLY,
    options: { forced: true },
    left: [['gated'], []],
  },
  {
    name: 'lets nothing through where the mode says so',
    pool: [GATED],
    facts: NIGHT,
    modes: { night: { whenOn: 'nothing', host: null } },
    options: { forced: true },
    left: [[], []],
    dropped: { mode: 'night' },
  },
  {
    name: 'does not let force past a label',
    pool: [GATED],
    facts: NIGHT,
    modes: FORCE_ONLY,
    options: { forced: true, minZone: 1 },
    left: [[], []],
    dropped: { label: true, mode: null },
  },
  {
    name: 'drops what is known to lack something',
    pool: [at('plain', { supports: [] }), at('able', { supports: ['tools'] }), A],
    facts: { tools: true },
    left: [['able', 'a'], []],
    dropped: { capability: 'tools' },
  },
  {
    name: 'prefers a context that fits',
    pool: [at('small', { context: 100 })],
    fallback: [at('large', { context: 1000 })],
    facts: { tokens: 500 },
    left: [[], ['large']],
  },
  {
    name: 'keeps a context that does not fit where none does: it is an estimate',
    pool: [at('small', { context: 100 })],
    facts: { tokens: 500 },
    left: [['small'], []],
  },
  {
    name: 'asks backends that are down last',
    pool: [A, LOCAL],
    fallback: [at('b'), at('c')],
    facts: { unhealthy: ['a', 'b'] },
    left: [['local'], ['c', 'a', 'b']],
  },
  {
    name: 'asks targets that are down last, those first that are tried again first',
    pool: [A, at('b'), LOCAL],
    fallback: [at('c'), at('d'), at('e')],
    facts: { unhealthy: ['d/m', 'b', 'c', 'a/m', 'e/other'] },
    left: [['local'], ['e', 'b', 'a', 'd', 'c']],
  },
  {
    name: 'asks a fallback for other causes behind a pool that is down',
    pool: [A],
    fallback: [at('b'), at('c')],
    on: ['context'],
    facts: { unhealthy: ['a', 'b'] },
    left: [[], ['a', 'c', 'b']],
  },
  {
    name: 'leaves out what cannot serve the surface, before all else',
    pool: [at('a', { speaks: ['chat'] }), at('b', { speaks: ['embeddings'] })],
    fallback: [at('c', { speaks: ['embeddings'], zone: 2 })],
    facts: { surface: 'embeddings' },
    options: { minZone: 2 },
    left: [[], ['c']],
    dropped: { label: true, mode: null },
  },
  {
    name: 'lets a label deny nothing where no target serves the surface',
    pool: [at('a', { speaks: ['chat'] })],
    facts: { surface: 'embeddings' },
    options: { minZone: 2 },
    left: [[], []],
    dropped: { label: false },
  },
  {
    name: 'asks targets by translation',
    pool: [at('a', { speaks: ['chat'] }), at('b', { speaks: ['messages'] }), at('c', { speaks: ['rerank'] })],
    facts: { surface: 'messages' },
    left: [['a', 'b'], []],
  },
  {
    name: 'asks only those that speak it where nothing may be translated',
    pool: [at('a', { speaks: ['chat'] }), at('b', { speaks: ['messages'] })],
    facts: { surface: 'messages' },
    translation: 'off',
    left: [['b'], []],
  },
]

it.each(ROWS)(
  '$name',
  ({
    pool,
    fallback = [],
    on = [...PLAIN_CAUSES],
    facts,
    options,
    modes = {},
    translation,
    left,
    dropped = {},
  }) => {
    const key = ({ backend }: Target): string => `${backend}/m`
    const targets = Object.fromEntries([...pool, ...fallback].map((target) => [key(target), target]))
    const model = makeModel({
      pool: pool.map((target) => ({ target: key(target), weight: 1 })),
      fallback: fallback.map((target) => ({ target: key(target), on })),
      ...(translation && { translation }),
    })
    const selection = selectTargets(makeFacts(facts), makeTable({ targets, modes }), model, {
      name: 'm',
      minZone: 0,
      forced: false,
      rest: '',
      ...options,
    })
    const got = [
      selection.pool.map(({ target }) => target.backend),
      selection.fallback.map(({ target }) => target.backend),
    ]
    expect(got).toEqual(left)
    expect(selection.dropped).toMatchObject(dropped)
  },
)

it('puts what a wildcard stood for into the id, as it is', () => {
  const targets = { 'a/*': at('a', { id: 'org/*' }) }
  const model = makeModel({ pool: [{ target: 'a/*', weight: 1 }] })
  const { pool } = selectTargets(makeFacts(), makeTable({ targets }), model, {
    name: 'lab/*',
    minZone: 0,
    forced: false,
    rest: '$&-x',
  })
  expect(pool[0]?.target.id).toBe('org/$&-x')
})
