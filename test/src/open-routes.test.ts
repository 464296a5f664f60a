import { describe, expect, it } from 'vitest'
import { createApp } from '../../src/app.ts'
import { MATTERMOST_PATH, openRoutes } from '../../src/table/open-routes.ts'
import { makeActive, makeTable } from './make-snapshot.ts'
import { scriptedPorts } from './scripted-ports.ts'

const HOOK = { tokens: [{ env: 'T' }], teams: null, channels: null, users: null, commands: {} }
const app = createApp(scriptedPorts(makeActive(makeTable()), {}))
const hooked = makeTable({ hooks: { mattermost: HOOK } })
const hookedApp = createApp(scriptedPorts(makeActive(hooked), {}))
const paths = [...new Set(app.routes.map(({ path }) => path.replace(/:\w+\{.*\}/, 'x')))].filter(
  (path) => !path.includes('*'),
)

describe('without a key', () => {
  it('finds the open routes among those that the app has', () => {
    expect(paths).toEqual(expect.arrayContaining([...openRoutes(hooked), '/v1/models']))
  })

  it.each([...paths, '/', '/v1/unknown'])('%s is answered only when it is open', async (path) => {
    for (const method of ['GET', 'POST', 'DELETE']) {
      const request = new Request(`http://localhost${path}`, { method, headers: { host: 'localhost' } })
      const { status } = await app.fetch(request)
      expect({ method, open: status !== 401 }).toEqual({ method, open: openRoutes({}).includes(path) })
    }
  })

  it('a hook is open where the policy has it, to POST alone', async () => {
    const statuses = ['GET', 'POST'].map(async (method) => {
      const request = new Request(`http://localhost${MATTERMOST_PATH}`, {
        method,
        headers: { host: 'localhost' },
      })
      return (await hookedApp.fetch(request)).status
    })
    // Without a body it is none of Mattermost's, but it is looked at.
    expect(await Promise.all(statuses)).toEqual([401, 415])
  })
})
