import { describe, expect, it } from 'vitest'
import { modelNotFound, route } from '../../../../src/pipeline/route/route.ts'
import { parseModelRequest } from '../../../../src/protocols/model-request.ts'
import { errorOf } from '../../error-of.ts'
import { makeTable } from '../../make-snapshot.ts'

const table = makeTable({ clients: { crew: { keys: [], models: ['fast'] } } })

function routeOf(model: string): ReturnType<typeof route> {
  const request = parseModelRequest(new TextEncoder().encode(JSON.stringify({ model })))
  return route(table, { client: 'crew', surface: 'chat', request })
}

describe('route', () => {
  it.each(['fast', 'gpt-4'])('%s reaches the model behind the name', (name) => {
    expect(routeOf(name)).toEqual({ modelName: 'fast', model: table.models['fast'] })
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
