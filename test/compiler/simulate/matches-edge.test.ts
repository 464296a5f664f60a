/**
 * What the tools say is what the gateway does: the same requests through `simulate` and through the whole app.
 */
import { beforeAll, describe, expect, it } from 'vitest'
import { decidedTargets } from '../../../compiler/simulate/decided-targets.ts'
import { simulate, type SimulatedRequest, type Simulation } from '../../../compiler/simulate/simulate.ts'
import { toRequest } from '../../../compiler/simulate/to-request.ts'
import { createApp } from '../../../src/app.ts'
import { BackendUnreachable } from '../../../src/ports.ts'
import { SURFACES } from '../../../src/protocols/surfaces.ts'
import type { RouteTable } from '../../../src/table/route-table.ts'
import type { TestRequestConfig } from '../../../compiler/config/tests.ts'
import { hashedKey, makeActive } from '../../src/make-snapshot.ts'
import { type Backend, type ScriptedPorts, scriptedPorts } from '../../src/scripted-ports.ts'
import { compileWorked, WORKED_POLICY } from '../worked-policy.ts'

/** With a rule that redacts, and one that sets. */
const POLICY = (WORKED_POLICY['policy.yaml'] ?? '').replace(
  '    - { id: private-stays-home,',
  `    - { id: masks, when: { header: { X-Mask: 'yes' } }, redact: { detectors: [secrets], relabel: none } }
    - { id: calm, when: { prompt: { contains: calm } }, set: { temperature: 0 } }
    - { id: private-stays-home,`,
)
const SECRET = 'sk-abcdefghijklmnopqrstuvwx1234567890ABCD'

interface Case extends Omit<TestRequestConfig, 'client'> {
  name: string
  client?: string
  modes?: string[]
  raw?: string
}

const CASES: Case[] = [
  { name: 'a plain one', model: 'auto', prompt: 'hello' },
  { name: 'a model by its alias', model: 'small', prompt: 'hello' },
  { name: 'a secret', model: 'huge', prompt: `use ${SECRET}` },
  {
    name: 'a secret that is redacted',
    model: 'auto',
    prompt: `use ${SECRET} now`,
    headers: { 'X-Mask': 'yes' },
  },
  {
    name: 'a pattern that redaction leaves',
    model: 'auto',
    prompt: 'project hermes',
    headers: { 'x-mask': 'yes' },
  },
  { name: 'a parameter that is set', model: 'auto', prompt: 'be calm', body: { temperature: 1, top_p: 0.5 } },
  {
    name: 'a limit that is clamped',
    client: 'crew',
    model: 'auto',
    prompt: 'hi',
    body: { max_completion_tokens: 900 },
  },
  { name: 'a limit that is added', client: 'crew', model: 'auto', prompt: 'hi' },
  {
    name: 'a limit that is no number',
    client: 'crew',
    model: 'auto',
    prompt: 'hi',
    body: { max_tokens: 'all' },
  },
  { name: 'many tokens', model: 'auto', tokens: 16_000 },
  { name: 'a forced one in gaming mode', model: 'auto', prompt: 'x #FORCE_BIG', modes: ['gaming'] },
  { name: 'the gated model in gaming mode', model: 'big', prompt: 'x', modes: ['gaming'] },
  { name: 'a block', client: 'crew', model: 'auto', prompt: 'a Poem' },
  { name: 'a model that is not granted', client: 'crew', model: 'huge', prompt: 'x' },
  { name: 'a model that is none', model: 'nothing', prompt: 'x' },
  {
    name: 'tools',
    model: 'fast',
    prompt: 'x',
    body: { tools: [{ type: 'function', function: { name: 'f' } }] },
  },
  { name: 'embeddings', model: 'auto', surface: 'embeddings', prompt: 'calm' },
  { name: 'a completion', model: 'auto', surface: 'completions', prompt: SECRET },
  { name: 'a secret as correlation id', model: 'huge', prompt: 'x', headers: { 'X-Correlation-ID': SECRET } },
  {
    name: 'a card as a number',
    model: 'huge',
    prompt: 'x',
    body: { documents: [{ card: 4111111111111111 }] },
  },
  {
    name: 'a number that should be redacted',
    model: 'auto',
    prompt: 'x',
    body: { documents: [4111111111111111] },
    headers: { 'x-mask': 'yes' },
  },
  {
    name: 'a file that nobody can redact',
    model: 'auto',
    prompt: 'x',
    body: { file_ids: ['f1'] },
    headers: { 'x-mask': 'yes' },
  },
  { name: 'no JSON', raw: '{' },
  { name: 'a key that stands twice', raw: '{"model":"auto","messages":[],"model":"big"}' },
  { name: 'no model', raw: '{"messages":[]}' },
  {
    name: 'a field that is not for clients',
    raw: '{"model":"auto","messages":[],"api_base":"http://a.example"}',
  },
]

let table: RouteTable
beforeAll(async () => {
  expect(POLICY).toContain('id: masks')
  table = (await compileWorked({ 'policy.yaml': POLICY })).compiled.table
})

function requestOf({ raw, client = 'home', name: _name, modes: _modes, ...request }: Case): SimulatedRequest {
  if (raw !== undefined) return { client, surface: 'chat', headers: {}, body: raw }
  return toRequest({ client, ...request }, table)
}

function simulated({ modes = [] }: Case, request: SimulatedRequest): Simulation {
  return simulate(request, { modes, down: [], minuteOfWeek: null, classifier: null }, table)
}

/** Sends it through the app, whose backends all answer alike. */
async function send(
  { modes = [] }: Case,
  { client, surface, headers, body }: SimulatedRequest,
  answer: Backend,
): Promise<{ response: Response; ports: ScriptedPorts }> {
  const keys = Object.keys(table.clients).map((name) => hashedKey(name, name))
  const backends = Object.fromEntries(Object.keys(table.backends).map((name) => [name, answer]))
  const ports = scriptedPorts(makeActive(table, { keys, modesOn: modes }), backends)
  const path = SURFACES.find((route) => route.surface === surface)?.path ?? ''
  const own = { host: 'localhost', authorization: `Bearer ${client}`, 'content-type': 'application/json' }
  const init = { method: 'POST', headers: { ...own, ...headers }, body }
  const response = await createApp(ports).fetch(new Request(`http://localhost${path}`, init))
  return { response, ports }
}

describe('a simulated request and one that is served', () => {
  it.each(CASES)('$name: end alike', async (each) => {
    const request = requestOf(each)
    const { judged, error, sent } = simulated(each, request)
    const { response, ports } = await send(each, request, () =>
      Response.json({ id: 'x', choices: [], data: [] }),
    )
    const answer = (await response.json()) as { error?: { code: string; message: string } }
    const got = answer.error && {
      status: response.status,
      code: answer.error.code,
      message: answer.error.message,
    }
    expect(got ?? null).toEqual(error)
    expect(response.headers.get('x-aicc-rule')).toBe(judged?.decision.rule ?? null)
    expect(ports.calls.length).toBe(error === null ? 1 : 0)
    if (judged === null || sent === null) return
    const [target] = decidedTargets(judged.decision)
    const [call] = ports.calls
    expect(call?.backend).toBe(target?.backend)
    const left = JSON.parse(call?.request.body ?? '') as Record<string, unknown>
    expect(left).toEqual({ ...sent, model: target?.id })
  })

  it.each(CASES)('$name: try the same targets', async (each) => {
    const request = requestOf(each)
    const { judged, error } = simulated(each, request)
    const { ports } = await send(each, request, () => {
      throw new BackendUnreachable('down')
    })
    const targets = error === null && judged !== null ? decidedTargets(judged.decision) : []
    // A policy may have targets asked again; nothing here answers.
    const asked = new Set(ports.calls.map(({ backend }) => backend))
    expect([...asked]).toEqual(targets.map(({ backend }) => backend))
  })
})
