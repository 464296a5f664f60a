import { describe, expect, it } from 'vitest'
import { createApp } from '../../src/app.ts'
import { OPEN_ROUTES } from '../../src/table/open-routes.ts'
import { makeActive, makeTable } from './make-snapshot.ts'
import { scriptedPorts } from './scripted-ports.ts'

const app = createApp(scriptedPorts(makeActive(makeTable()), {}))
const paths = [...new Set(app.routes.map(({ path }) => path.replace(/:\w+\{.*\}/, 'x')))].filter(
  (path) => !path.includes('*'),
)

describe('without a key', () => {
  it('finds the open routes among those that the app has', () => {
    expect(paths).toEqual(expect.arrayContaining([...OPEN_ROUTES, '/v1/models']))
  })

  it.each([...paths, '/', '/v1/unknown'])('%s is answered only when it is open', async (path) => {
    for (const method of ['GET', 'POST', 'DELETE']) {
      const request = new Request(`http://localhost${path}`, { method, headers: { host: 'localhost' } })
      const { status } = await app.fetch(request)
      expect({ method, open: status !== 401 }).toEqual({ method, open: OPEN_ROUTES.includes(path) })
    }
  })
})
