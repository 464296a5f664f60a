import { describe, expect, it } from 'vitest'
import type { Answer } from '../../../../src/control/doctor/backend-client.ts'
import { type Freed, freeBackend } from '../../../../src/control/modes/free-backend.ts'
import type { BackendKind } from '../../../../src/table/route-table.ts'

const ok = (body: unknown): Answer => ({ status: 200, body })

describe('freeBackend', () => {
  it.each<{
    name: string
    kind: BackendKind
    answers: Record<string, Answer>
    asked: string[]
    freed: Freed
  }>([
    {
      name: 'what Ollama has loaded',
      kind: 'ollama',
      answers: {
        '/root/api/ps': ok({ models: [{ model: 'a:7b' }, { name: 'b' }] }),
        '/root/api/generate': ok({}),
      },
      asked: [
        '/root/api/ps',
        '/root/api/generate {"model":"a:7b","keep_alive":0}',
        '/root/api/generate {"model":"b","keep_alive":0}',
      ],
      freed: { models: ['a:7b', 'b'], problem: null },
    },
    {
      name: 'what the router of llama.cpp has loaded',
      kind: 'llamacpp',
      answers: {
        '/root/models': ok({
          data: [
            { id: 'a', status: { value: 'loaded' } },
            { id: 'b', status: { value: 'unloaded' } },
          ],
        }),
        '/root/models/unload': ok({}),
      },
      asked: ['/root/models', '/root/models/unload {"model":"a"}'],
      freed: { models: ['a'], problem: null },
    },
    {
      name: 'nothing where it cannot be reached',
      kind: 'ollama',
      answers: { '/root/api/ps': { error: 'refused' } },
      asked: ['/root/api/ps'],
      freed: { models: [], problem: 'refused' },
    },
    {
      name: 'and tells what did not work',
      kind: 'ollama',
      answers: {
        '/root/api/ps': ok({ models: [{ model: 'a' }] }),
        '/root/api/generate': { status: 500, body: '' },
      },
      asked: ['/root/api/ps', '/root/api/generate {"model":"a","keep_alive":0}'],
      freed: { models: [], problem: 'it answered 500 on /api/generate' },
    },
    {
      name: 'no server that has no way to be asked',
      kind: 'vllm',
      answers: {},
      asked: [],
      freed: { models: [], problem: 'servers of kind vllm cannot be asked to unload' },
    },
    {
      name: 'nothing where the answer is another one',
      kind: 'ollama',
      answers: { '/root/api/ps': ok('Ollama is running') },
      asked: ['/root/api/ps'],
      freed: { models: [], problem: null },
    },
  ])('frees $name', async ({ kind, answers, asked, freed }) => {
    const calls: string[] = []
    const ask = (path: string, body?: unknown): Promise<Answer> => {
      calls.push(body === undefined ? path : `${path} ${JSON.stringify(body)}`)
      return Promise.resolve(answers[path] ?? { status: 404, body: null })
    }
    expect(await freeBackend(kind, { ask, root: '/root' })).toEqual(freed)
    expect(calls).toEqual(asked)
  })
})
