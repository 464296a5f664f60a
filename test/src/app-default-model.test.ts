/** Requests that name no model, from the client to the bytes that leave. */
import { describe, expect, it } from 'vitest'
import { createApp } from '../../src/app.ts'
import type { RouteTable } from '../../src/table/route-table.ts'
import { ALL_SURFACES } from '../../src/table/surfaces.ts'
import { AUTHORIZED, makeActive, makeClient, makeTable } from './make-snapshot.ts'
import { type ScriptedPorts, scriptedPorts } from './scripted-ports.ts'

interface Asked {
  table?: Partial<RouteTable>
  path?: string
  body?: object
}

async function ask({ table = {}, path = '/v1/moderations', body = { input: 'hi' } }: Asked): Promise<{
  answer: Response
  ports: ScriptedPorts
}> {
  const fields = { surfaces: [...ALL_SURFACES], defaultModels: { moderations: 'gpt-4' }, ...table }
  const ports = scriptedPorts(makeActive(makeTable(fields)), {
    gpu: () => Response.json({ results: [{ flagged: false }] }),
  })
  const answer = await createApp(ports).fetch(
    new Request(`http://localhost${path}`, {
      method: 'POST',
      headers: { host: 'localhost', 'content-type': 'application/json', ...AUTHORIZED },
      body: JSON.stringify(body),
    }),
  )
  return { answer, ports }
}

describe('a request without a model', () => {
  it('goes where the default of its surface leads, under that name', async () => {
    const { answer, ports } = await ask({})
    expect([answer.status, answer.headers.get('x-aicc-model')]).toEqual([200, 'fast'])
    expect(ports.calls.map(({ request }) => JSON.parse(String(request.body)) as unknown)).toEqual([
      { model: 'qwen3-coder', input: 'hi' },
    ])
    await Promise.all(ports.deferred)
    expect(ports.records[0]).toMatchObject({ asked: 'gpt-4', model: 'fast' })
  })

  it.each<[string, Asked, number, string]>([
    ['is refused where there is no default', { path: '/v1/embeddings' }, 400, 'invalid_field'],
    [
      'is refused where its client may not ask for that name',
      { table: { clients: { crew: makeClient({ models: ['safe'] }) } } },
      403,
      'model_not_allowed',
    ],
  ])('%s', async (_, asked, status, code) => {
    const { answer, ports } = await ask(asked)
    const { error } = (await answer.json()) as { error: { code: string } }
    expect([answer.status, error.code, ports.calls.length]).toEqual([status, code, 0])
  })

  it('has its own way where it names one', async () => {
    const { answer } = await ask({ body: { model: 'safe', input: 'hi' } })
    expect(answer.headers.get('x-aicc-model')).toBe('safe')
  })
})
