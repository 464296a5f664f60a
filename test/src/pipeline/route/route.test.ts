import { describe, expect, it } from 'vitest'
import { modelNotFound } from '../../../../src/pipeline/route/refusal.ts'
import { route } from '../../../../src/pipeline/route/route.ts'
import { errorOf } from '../../error-of.ts'
import { makeFacts } from '../../make-facts.ts'
import { makeClient, makeTable } from '../../make-snapshot.ts'

const table = makeTable({ clients: { crew: makeClient({ models: ['fast'] }) } })

function routeOf(model: string): ReturnType<typeof route> {
  return route(table, makeFacts({ model }))
}

describe('route', () => {
  it.each(['fast', 'gpt-4'])('%s reaches the model behind the name', (name) => {
    expect(routeOf(name)).toMatchObject({ model: 'fast', pool: [{ target: { backend: 'gpu' } }] })
  })

  it.each([
    { model: 'safe', code: 'model_not_allowed', status: 403 },
    { model: 'nowhere', code: 'model_not_found', status: 404 },
    { model: '__proto__', code: 'model_not_found', status: 404 },
    { model: 'constructor', code: 'model_not_found', status: 404 },
    { model: 'gpu/coder', code: 'model_not_found', status: 404 }, // backends are no names for clients
  ])('$model: $code', ({ model, code, status }) => {
    expect(errorOf(() => routeOf(model))).toMatchObject({ code, status, options: { param: 'model' } })
  })

  it('does not echo a name at length', () => {
    expect(modelNotFound('x'.repeat(65)).message).toBe(
      `The model \`${'x'.repeat(64)}…\` does not exist here.`,
    )
    expect(modelNotFound('x'.repeat(64)).message).toBe(`The model \`${'x'.repeat(64)}\` does not exist here.`)
  })
})
