import { describe, expect, it } from 'vitest'
import { decide } from '../../../src/table/decide.ts'
import type { Decision, Trace } from '../../../src/table/decision.ts'
import type { Facts } from '../../../src/table/facts.ts'
import type { Classify, ServedModel, Target } from '../../../src/table/route-table.ts'
import { ALL_SURFACES } from '../../../src/table/surfaces.ts'
import { makeFacts } from '../make-facts.ts'
import { makeInjection } from '../make-policy.ts'
import { makeBackend, makeClient, makeModel, makeTable, makeTarget, plainly } from '../make-snapshot.ts'

const table = makeTable({
  clients: {
    all: makeClient(),
    some: makeClient({ models: ['fast'] }),
    alias: makeClient({ models: ['gpt-4'] }),
    none: makeClient({ models: [] }),
  },
})

const INHERITED = ['__proto__', 'constructor', 'toString', 'hasOwnProperty']

describe('decide', () => {
  const ask = (client: string, model: string): Decision => decide(makeFacts({ client, model }), table)

  it.each(['fast', 'gpt-4'])('routes %s to its targets', (name) => {
    expect(ask('all', name)).toMatchObject({
      kind: 'route',
      model: 'fast',
      rule: null,
      pool: [{ target: { backend: 'gpu', model: 'coder', id: 'qwen3-coder' } }],
      fallback: [],
    })
  })

  it('keeps the order of the targets', () => {
    expect(ask('all', 'safe')).toMatchObject({
      pool: [{ target: { backend: 'gpu' } }, { target: { backend: 'spare' } }],
    })
  })

  it.each([...INHERITED, 'fas', 'FAST', ''])('knows no model `%s`', (name) => {
    expect(ask('all', name)).toMatchObject({ kind: 'refuse', reason: 'unknown-model' })
  })

  it('refuses a model the client was not given', () => {
    expect(ask('some', 'safe')).toMatchObject({ kind: 'refuse', reason: 'model-not-allowed' })
    expect(ask('stranger', 'safe')).toMatchObject({ kind: 'refuse', reason: 'model-not-allowed' })
  })

  it('treats a name whose model is missing as unknown', () => {
    const broken = makeTable({ names: { lost: 'gone' } })
    expect(decide(makeFacts({ model: 'lost' }), broken)).toMatchObject({
      kind: 'refuse',
      reason: 'unknown-model',
    })
  })
})

describe('decide with labels, modes and rules', () => {
  const target = (backend: string, fields: Partial<Target> = {}): Target =>
    makeTarget({ backend, model: 'm', ...fields })
  const served = (backend: string, fields: Partial<ServedModel> = {}): ServedModel =>
    makeModel({ pool: [{ target: `${backend}/m`, weight: 1 }], ...fields })
  const policy = makeTable({
    names: Object.fromEntries(
      ['auto', 'cloud', 'home', 'gated', 'vectors', 'open', 'open-home', 'kept'].map((name) => [name, name]),
    ),
    surfaces: [...ALL_SURFACES],
    models: {
      auto: { kind: 'ruled', rules: 'main' },
      cloud: served('cloud'),
      home: served('home'),
      gated: served('gated', { fallback: [plainly('cloud/m')] }),
      vectors: served('home', { surfaces: ['embeddings'] }),
      open: served('cloud', { serverTools: 'allow' }),
      'open-home': served('home', { serverTools: 'allow' }),
      kept: served('cloud', { fallback: [plainly('translated/m'), plainly('keeping/m')] }),
    },
    targets: {
      'cloud/m': target('cloud'),
      'home/m': target('home', { zone: 2, supports: [] }),
      'gated/m': target('gated', { zone: 2, mode: 'night' }),
      'keeping/m': target('keeping', { speaks: ['chat', 'responses'] }),
      'translated/m': target('translated'),
    },
    labels: {
      private: { mayReach: 2, onDenied: { kind: 'reroute', to: 'home' }, trace: 'none', cache: 'none' },
      secret: { mayReach: 2, onDenied: { kind: 'block' }, trace: 'none', cache: 'none' },
      inner: { mayReach: 1, onDenied: null, trace: 'none', cache: 'none' },
    },
    backends: {
      keeping: makeBackend({ keepsState: true }),
      translated: makeBackend({ keepsState: true }),
    },
    modes: { night: { whenOn: 'force-only', host: null } },
    rulesets: {
      main: [
        {
          id: 'stop',
          when: { kind: 'tag', names: ['bad'] },
          addTags: [],
          set: {},
          clamp: {},
          redact: null,
          action: { kind: 'block', status: 451, message: 'no' },
        },
        {
          id: 'else',
          when: null,
          addTags: ['seen'],
          set: {},
          clamp: {},
          redact: null,
          action: { kind: 'route', to: 'gated', force: true },
        },
      ],
    },
    clients: { crew: makeClient(), bad: makeClient({ tags: ['bad'] }) },
  })
  const route = (backend: string, more: object = {}): object => ({
    kind: 'route',
    pool: [{ target: { backend } }],
    ...more,
  })
  const refuse = (reason: string, more: object = {}): object => ({ kind: 'refuse', reason, ...more })
  const labels = (...names: string[]): Facts['labels'] =>
    Object.fromEntries(names.map((name) => [name, ['pii']]))

  it.each<{ name: string; facts: Partial<Facts>; is: object }>([
    {
      name: 'a rule',
      facts: { model: 'auto' },
      is: route('gated', { rule: 'main/else', tags: ['seen'], forced: true }),
    },
    {
      name: 'a rule that blocks',
      facts: { model: 'auto', client: 'bad' },
      is: refuse('blocked', { rule: 'main/stop', status: 451 }),
    },
    {
      name: 'a tool that nobody allows a backend to run',
      facts: { model: 'cloud', serverTool: 'web_search' },
      is: refuse('server-tool', { tool: 'web_search' }),
    },
    {
      name: 'a tool that the model allows',
      facts: { model: 'open', serverTool: 'web_search' },
      is: route('cloud'),
    },
    {
      name: 'such a tool and a label that may not go everywhere',
      facts: { model: 'open-home', serverTool: 'web_search', labels: labels('secret') },
      is: refuse('server-tool'),
    },
    {
      name: 'a label that denies, before the tool is looked at',
      facts: { model: 'open', serverTool: 'web_search', labels: labels('secret') },
      is: refuse('label-denied'),
    },
    {
      name: 'something that nobody keeps',
      facts: { model: 'cloud', surface: 'responses', state: 'conversation' },
      is: refuse('state-not-kept', { field: 'conversation' }),
    },
    {
      name: 'something that only one place keeps, which speaks the protocol itself',
      facts: { model: 'kept', surface: 'responses', state: 'conversation' },
      is: { kind: 'route', pool: [], fallback: [{ target: { backend: 'keeping' } }] },
    },
    {
      name: 'a label without a way',
      facts: { model: 'cloud', labels: labels('inner') },
      is: refuse('label-denied', { label: 'inner' }),
    },
    {
      name: 'a label that is sent elsewhere',
      facts: { model: 'cloud', labels: labels('private') },
      is: route('home', { model: 'home', reroutedBy: 'private', minZone: 2 }),
    },
    {
      name: 'of two labels the strict one',
      facts: { model: 'cloud', labels: labels('inner', 'private') },
      is: route('home', { reroutedBy: 'private', minZone: 2 }),
    },
    {
      name: 'of two strict labels the one that blocks',
      facts: { model: 'cloud', labels: labels('private', 'secret') },
      is: refuse('label-denied', { label: 'secret' }),
    },
    {
      name: 'a mode that gates, with a fallback',
      facts: { model: 'gated', modes: ['night'] },
      is: { kind: 'route', pool: [], fallback: [{ target: { backend: 'cloud' } }], forced: false },
    },
    { name: 'a mode, forced', facts: { model: 'auto', modes: ['night'] }, is: route('gated') },
    {
      name: 'a label that takes the fallback which a mode had left',
      facts: { model: 'gated', modes: ['night'], labels: labels('private') },
      is: route('home', { reroutedBy: 'private' }),
    },
    {
      name: 'a label that blocks what a mode had left',
      facts: { model: 'gated', modes: ['night'], labels: labels('secret') },
      is: refuse('label-denied'),
    },
    {
      name: 'a capability that is missing',
      facts: { model: 'home', tools: true },
      is: refuse('not-capable', { capability: 'tools' }),
    },
    {
      name: 'a surface that the model does not serve',
      facts: { model: 'vectors' },
      is: refuse('surface-not-served', { model: 'vectors' }),
    },
    {
      name: 'a surface that it serves',
      facts: { model: 'vectors', surface: 'embeddings' },
      is: route('home'),
    },
  ])('$name', ({ facts, is }) => {
    expect(decide(makeFacts(facts), policy)).toMatchObject(is)
  })

  it.each([
    {
      classify: { injection: makeInjection({ action: 'block' }) },
      facts: { injection: true },
      reason: 'injection',
    },
    {
      classify: { injection: makeInjection() },
      facts: { injection: true },
      reason: null,
    },
    { classify: { images: 'refuse' }, facts: { images: true }, reason: 'images' },
    { classify: { images: 'label' }, facts: { images: true }, reason: null },
  ] as const)('$classify: $reason', ({ classify, facts, reason }) => {
    const strict = makeTable({ classify: { ...makeTable().classify, ...(classify as Partial<Classify>) } })
    expect(decide(makeFacts(facts), strict)).toMatchObject(
      reason === null ? { kind: 'route' } : { kind: 'refuse', reason },
    )
  })

  it('refuses a surface that no target of the model serves', () => {
    const silent = makeTable({
      surfaces: ['speech'],
      targets: { 'gpu/coder': makeTarget({ speaks: ['chat'] }) },
    })
    expect(decide(makeFacts({ model: 'fast', surface: 'speech' }), silent)).toMatchObject({
      kind: 'refuse',
      reason: 'surface-not-served',
    })
  })

  it('says on its trace which targets were left out, and why', () => {
    const seen: string[] = []
    const trace: Trace = {
      rule: (ruleset, index, { matched }) => seen.push(`${ruleset}[${index}] ${matched}`),
      dropped: (model, { backend }, why) => seen.push(`${model} ${backend} ${why}`),
    }
    decide(makeFacts({ model: 'auto', labels: labels('private'), tools: true }), policy, trace)
    expect(seen).toEqual(['main[0] false', 'main[1] true', 'gated cloud label'])
  })
})
