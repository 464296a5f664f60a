import { describe, expect, it } from 'vitest'
import { classify } from '../../../../src/pipeline/classify/classify.ts'
import { createShadow, type Shadow } from '../../../../src/pipeline/route/shadow.ts'
import { parseModelRequest } from '../../../../src/protocols/model-request.ts'
import type { Facts } from '../../../../src/table/facts.ts'
import type { RouteTable } from '../../../../src/table/route-table.ts'
import { makeClient, makeModel, makeTable } from '../../make-snapshot.ts'

const live = makeTable({ digest: 'live' })
/** `fast` moved to the spare backend. */
const moved = makeTable({
  digest: 'moved',
  models: { ...live.models, fast: makeModel({ pool: [{ target: 'spare/small', weight: 1 }] }) },
})
/** What `fast` comes to, by name and by the rule of another table. */
const ruled = (id: string, to = 'fast'): RouteTable =>
  makeTable({
    digest: `ruled-${id}`,
    models: { ...live.models, auto: { kind: 'ruled', rules: 'main' } },
    names: { ...live.names, auto: 'auto' },
    rulesets: {
      main: [
        {
          id,
          when: null,
          addTags: [],
          set: {},
          clamp: {},
          redact: null,
          action: { kind: 'route', to, force: false },
        },
      ],
    },
  })

interface Ask {
  table?: RouteTable
  model?: string
  world?: Partial<Facts>
}

function ask(shadow: Shadow, { table = live, model = 'fast', world = {} }: Ask = {}): void {
  const body = { model, messages: [{ role: 'user', content: 'my password is hunter2' }] }
  const request = parseModelRequest(new TextEncoder().encode(JSON.stringify(body)))
  const input = { client: 'crew', surface: 'chat' as const, table, headers: {} }
  shadow.observe(request, input, { ...classify(request, input).facts, ...world })
}

function shadowOf(candidate: RouteTable): Shadow {
  const shadow = createShadow(() => 1000)
  shadow.set(candidate)
  return shadow
}

describe('createShadow', () => {
  it('tells nothing and keeps nothing without a candidate', () => {
    const shadow = createShadow()
    ask(shadow)
    expect(shadow.report()).toBeNull()
    shadow.set(moved)
    expect(shadow.report()).toMatchObject({ digest: 'moved', requests: 0 })
    shadow.set(null)
    expect(shadow.report()).toBeNull()
  })

  it('counts what differs, by kind, and no word of a prompt', () => {
    const shadow = shadowOf(moved)
    ask(shadow)
    ask(shadow, { model: 'gpt-4' })
    ask(shadow, { model: 'gpt-4' })
    ask(shadow, { model: 'safe' })
    expect(shadow.report()).toEqual({
      digest: 'moved',
      since: 1000,
      requests: 4,
      differing: 3,
      unlisted: 0,
      kinds: [
        {
          count: 2,
          client: 'crew',
          model: 'gpt-4',
          surface: 'chat',
          live: 'fast: gpu/coder',
          candidate: 'fast: spare/small',
        },
        expect.objectContaining({ count: 1, model: 'fast' }),
      ],
    })
    expect(JSON.stringify(shadow.report())).not.toContain('hunter2')
  })

  it.each([
    { case: 'itself', live, candidate: live, model: 'fast', differing: 0 },
    { case: 'a rule of another name', live: ruled('a'), candidate: ruled('b'), model: 'auto', differing: 0 },
    {
      case: 'a rule that leads elsewhere',
      live: ruled('a'),
      candidate: ruled('a', 'safe'),
      model: 'auto',
      differing: 1,
    },
    { case: 'a name that neither has', live, candidate: moved, model: 'none', differing: 0 },
    { case: 'a name that only one has', live, candidate: ruled('a'), model: 'auto', differing: 1 },
    {
      case: 'a client that one does not let',
      live,
      candidate: makeTable({ digest: 'x', clients: { crew: makeClient({ models: [] }) } }),
      model: 'fast',
      differing: 1,
    },
  ])('judges $case', ({ live: table, candidate, model, differing }) => {
    const shadow = shadowOf(candidate)
    ask(shadow, { table, model })
    expect(shadow.report()).toMatchObject({ requests: 1, differing })
  })

  it('shows the rule on either side', () => {
    const shadow = shadowOf(ruled('b', 'safe'))
    ask(shadow, { table: ruled('a'), model: 'auto' })
    expect(shadow.report()?.kinds[0]).toMatchObject({
      live: 'main/a -> fast: gpu/coder',
      candidate: 'main/b -> safe: gpu/coder + spare/small; ordered',
    })
  })

  it('sees the same world as the live table', () => {
    const shadow = shadowOf(moved)
    ask(shadow, { model: 'safe', world: { unhealthy: ['gpu'] } })
    expect(shadow.report()).toMatchObject({ requests: 1, differing: 0 })
  })

  it('begins anew when the live table changes', () => {
    const shadow = shadowOf(moved)
    ask(shadow)
    ask(shadow, { table: makeTable({ digest: 'next' }) })
    expect(shadow.report()).toMatchObject({ requests: 1, differing: 1 })
  })

  it('lists a bounded number of kinds', () => {
    const names = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`name-${i}`, 'fast']))
    const shadow = shadowOf({ ...moved, names: { ...moved.names, ...names } })
    for (const model of Object.keys(names)) ask(shadow, { model })
    const report = shadow.report()
    expect(report).toMatchObject({ requests: 40, differing: 40, unlisted: 8 })
    expect(report?.kinds).toHaveLength(32)
  })

  it('keeps of a wildcard what the policy says of it', () => {
    const shadow = shadowOf({ ...moved, wildcards: [{ prefix: 'any/', model: 'fast' }] })
    for (let i = 0; i < 4; i += 1) ask(shadow, { model: `any/${i}` })
    expect(shadow.report()?.kinds.map(({ model, count }) => [model, count])).toEqual([['any/*', 4]])
  })

  it('takes a candidate that cannot decide for one that differs, and throws nothing', () => {
    const broken = makeTable({
      digest: 'broken',
      rulesets: {},
      models: { fast: { kind: 'ruled', rules: 'gone' } },
    })
    const shadow = shadowOf(broken)
    ask(shadow)
    expect(shadow.report()?.kinds[0]).toMatchObject({ candidate: 'no decision: a defect of aicc' })
  })
})
