/** Whatever the policy says and whatever fails: text with a label is seen by no place below the label's zone. */
import {
  type Arbitrary,
  array,
  assert,
  asyncProperty,
  boolean,
  constantFrom,
  integer,
  option,
  record,
} from 'fast-check'
import { expect, it } from 'vitest'
import { createApp } from '../../src/app.ts'
import { BackendUnreachable } from '../../src/ports.ts'
import type { Balance, Label, Model, RouteTable, Rule, Target } from '../../src/table/route-table.ts'
import { makeLabel, makePrivacy, makeRule, makeRuledTable } from '../src/make-policy.ts'
import { AUTHORIZED, makeActive, makeBackend, makeModel, makeTarget, plainly } from '../src/make-snapshot.ts'
import { type Backend, scriptedPorts } from '../src/scripted-ports.ts'

const BACKENDS = ['b0', 'b1', 'b2', 'b3'] as const
const MODELS = ['m0', 'm1', 'm2'] as const
const MARKER = 'ada@example.org'

const frames = `data: ${JSON.stringify({ choices: [{ delta: { content: 'complex' } }] })}\n\ndata: [DONE]\n\n`

/** Ways in which a backend answers. */
const BEHAVIOURS: Record<string, Backend> = {
  well: ({ body }) =>
    body?.includes('"stream":true') === true
      ? new Response(frames, { headers: { 'content-type': 'text/event-stream' } })
      : Response.json({ choices: [{ message: { content: 'complex' } }] }),
  off: () => {
    throw new BackendUnreachable('off')
  },
  busy: () => new Response('', { status: 503 }),
  odd: () => new Response('<p>', { headers: { 'content-type': 'text/html' } }),
  refusing: () => Response.json({ error: {} }, { status: 400 }),
}

const model = constantFrom(...MODELS)
const target = constantFrom(...BACKENDS)
const world = record({
  zones: array(integer({ min: 0, max: 2 }), { minLength: 4, maxLength: 4 }),
  gated: array(boolean(), { minLength: 4, maxLength: 4 }),
  behaviours: array(constantFrom(...Object.keys(BEHAVIOURS)), { minLength: 4, maxLength: 4 }),
  models: array(
    record({
      pool: array(target, { minLength: 1, maxLength: 3 }),
      fallback: array(target, { maxLength: 3 }),
      balance: constantFrom<Balance>(
        'round-robin',
        'ordered',
        'weighted',
        'least-busy',
        'peak-ewma',
        'prefix',
      ),
    }),
    { minLength: 3, maxLength: 3 },
  ),
  bound: integer({ min: 0, max: 2 }),
  reroute: option(model, { nil: null }),
  rules: array(
    record({
      when: constantFrom<Rule['when']>(
        null,
        { kind: 'label', names: ['private'] },
        { kind: 'complexity', names: ['complex'] },
        { kind: 'healthy', backend: 'b0' },
        { kind: 'mode', name: 'gaming' },
      ),
      to: model,
      force: boolean(),
      edits: boolean(),
      split: boolean(),
    }),
    { maxLength: 3 },
  ),
  classifier: boolean(),
  on: boolean(),
  asks: array(record({ model: constantFrom('auto', ...MODELS), stream: boolean(), labelled: boolean() }), {
    minLength: 1,
    maxLength: 4,
  }),
})

type World = typeof world extends Arbitrary<infer T> ? T : never

function tableOf(w: World): RouteTable {
  const onDenied: Label['onDenied'] = w.reroute === null ? null : { kind: 'reroute', to: w.reroute }
  const rules = w.rules.map(({ when, to, force, edits, split }, i) =>
    makeRule({
      id: `r${i}`,
      when,
      set: edits ? { seed: 1 } : {},
      action: split
        ? { kind: 'split', arms: MODELS.map((arm, weight) => ({ to: arm, weight: weight + 1 })), force }
        : { kind: 'route', to, force },
    }),
  )
  const targets = Object.fromEntries(
    BACKENDS.map((backend, i): [string, Target] => [
      `${backend}/x`,
      makeTarget({
        backend,
        model: 'x',
        id: `id-${backend}`,
        zone: w.zones[i] ?? 0,
        mode: w.gated[i] === true ? 'gaming' : null,
      }),
    ]),
  )
  const models = Object.fromEntries(
    w.models.map(({ pool, fallback, balance }, i): [string, Model] => [
      `m${i}`,
      makeModel({
        pool: [...new Set(pool)].map((backend, weight) => ({ target: `${backend}/x`, weight: weight + 1 })),
        fallback: [...new Set(fallback)]
          .filter((backend) => !pool.includes(backend))
          .map((backend) => plainly(`${backend}/x`)),
        balance,
      }),
    ]),
  )
  const base = makeRuledTable([...rules, makeRule({ action: { kind: 'route', to: 'm0', force: false } })])
  const { complexity } = base.classify
  return {
    ...base,
    names: { auto: 'auto', m0: 'm0', m1: 'm1', m2: 'm2' },
    labels: { private: makeLabel({ mayReach: w.bound, onDenied }) },
    modes: { gaming: { whenOn: 'force-only', host: null } },
    backends: Object.fromEntries(BACKENDS.map((name) => [name, makeBackend()])),
    targets,
    models: { ...models, auto: { kind: 'ruled', rules: 'main' } },
    classify: {
      ...base.classify,
      privacy: makePrivacy(),
      complexity: { ...complexity, classifier: w.classifier ? { model: 'm1', timeoutMs: 1000 } : null },
    },
  }
}

it('no labelled text is seen below its zone', async () => {
  let kept = 0
  await assert(
    asyncProperty(world, async (w) => {
      const backends = Object.fromEntries(
        BACKENDS.map((name, i) => [name, BEHAVIOURS[w.behaviours[i] ?? 'well'] ?? (() => new Response())]),
      )
      const ports = scriptedPorts(makeActive(tableOf(w), { modesOn: w.on ? ['gaming'] : [] }), backends)
      const app = createApp(ports)
      for (const { model: name, stream, labelled } of w.asks) {
        const content = labelled ? `write to ${MARKER}` : 'hello'
        const response = await app.fetch(
          new Request('http://localhost/v1/chat/completions', {
            method: 'POST',
            headers: { host: 'localhost', 'content-type': 'application/json', ...AUTHORIZED },
            body: JSON.stringify({ model: name, stream, messages: [{ role: 'user', content }] }),
          }),
        )
        await response.text()
      }
      await Promise.all(ports.deferred)
      for (const { backend, request } of ports.calls) {
        const zone = w.zones[BACKENDS.indexOf(backend as (typeof BACKENDS)[number])] ?? 0
        if (request.body?.includes(MARKER) !== true) continue
        expect(zone).toBeGreaterThanOrEqual(w.bound)
        kept += 1
      }
      expect(ports.events.filter(({ event }) => event === 'internal-error')).toEqual([])
    }),
    { numRuns: 200 },
  )
  // Had nothing been sent, nothing would have been shown.
  expect(kept).toBeGreaterThan(50)
})
