/** What detectors found in a request is in no header of the answer, no event of the edge's log and no error. */
import { expect, it } from 'vitest'
import { createApp } from '../../src/app.ts'
import { makeRule, makeRuledTable } from './make-policy.ts'
import { AUTHORIZED, hashedKey, makeActive, makeModel, makeTarget } from './make-snapshot.ts'
import { type Backend, scriptedPorts } from './scripted-ports.ts'

const MAIL = 'ada@example.org'
const KEY = 'AKIAQYLPMN5HHHFPZAM2'
const base = makeRuledTable([
  makeRule({
    id: 'stay',
    when: { kind: 'label', names: ['private'] },
    action: { kind: 'route', to: 'home', force: false },
  }),
  makeRule(),
])
const table = {
  ...base,
  models: { ...base.models, home: makeModel({ pool: [{ target: 'spare/small', weight: 1 }] }) },
  targets: {
    'gpu/coder': makeTarget(),
    'spare/small': makeTarget({ backend: 'spare', model: 'small', id: 'llama3.2', zone: 2 }),
  },
}

const answers: { name: string; spare: Backend; status: number }[] = [
  { name: 'is answered', spare: () => Response.json({ id: 'x' }), status: 200 },
  { name: 'its backend fails', spare: () => new Response('', { status: 500 }), status: 502 },
]

it.each(answers)('a request that $name', async ({ spare, status }) => {
  const ports = scriptedPorts(makeActive(table), { gpu: () => Response.json({ id: 'x' }), spare })
  const body = {
    model: 'auto',
    user: MAIL,
    metadata: { [MAIL]: `write to ${MAIL}` },
    messages: [{ role: 'user', content: `write to ${MAIL}` }],
  }
  const response = await createApp(ports).fetch(
    new Request('http://localhost/v1/chat/completions', {
      method: 'POST',
      headers: {
        host: 'localhost',
        'content-type': 'application/json',
        'x-correlation-id': KEY,
        ...AUTHORIZED,
      },
      body: JSON.stringify(body),
    }),
  )
  expect([response.status, response.headers.get('x-aicc-rule')]).toEqual([status, 'main/stay'])
  const said = [[...response.headers], ports.events, await response.text()]
  expect(JSON.stringify(said)).not.toContain('ada@')
  // The client hears its own id, and nobody else does.
  expect(JSON.stringify(ports.events)).not.toContain(KEY)
  expect(response.headers.get('x-correlation-id')).toBe(KEY)
})

it.each([
  ['a key that is too old', { authorization: 'Bearer old-key' }, 'key-deprecated'],
  ['too many wrong keys', { authorization: 'Bearer wrong' }, 'keys-failing'],
])('an id of which nobody has looked at the request: %s', async (_, headers, event) => {
  const limits = { ...table.limits, failedKeys: { count: 1, windowMs: 60_000 } }
  const old = hashedKey('old-key', 'crew', { deprecatedAt: 1000 })
  const ports = scriptedPorts(makeActive({ ...table, limits }, { keys: [old] }), {})
  const app = createApp(ports)
  for (const id of [KEY, 'run-17', KEY]) {
    const init = { headers: { host: 'localhost', 'x-correlation-id': id, ...headers } }
    await app.fetch(new Request('http://localhost/v1/models', init))
  }
  expect(ports.events.map((one) => one.event)).toContain(event)
  expect(JSON.stringify(ports.events)).not.toContain(KEY)
})
