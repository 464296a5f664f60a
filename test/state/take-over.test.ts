/** A control process is killed and started again: who was being answered by the edge it left is answered in full. */
import { mkdtemp, rm } from 'node:fs/promises'
import http from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it, onTestFinished } from 'vitest'
import { statePaths } from '../../src/control/state-folder.ts'
import { ask } from '../chaos/callers.ts'
import { createChaosGateway } from '../chaos/chaos-gateway.ts'
import {
  BACKENDS,
  type BackendName,
  chaosPolicies,
  CLIENTS,
  keyVariable,
  SPARE,
} from '../chaos/chaos-policies.ts'
import { HELD, startBackend } from '../chaos/flapping-backend.ts'
import { readBooks } from '../chaos/read-books.ts'
import { freePort } from './harness/redis-server.ts'

const KEY = 'take-over-key-0123456789abcdef'
/** Longer than an edge gets that does not leave the port. */
const LONG_MS = 3000

it('lets an edge on Node finish its answers behind the one that takes over, and books them', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'aicc-take-over-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const backend = await startBackend(SPARE)
  onTestFinished(() => backend.close())
  const origins = Object.fromEntries(BACKENDS.map((name) => [name, backend.origin])) as Record<
    BackendName,
    string
  >
  const port = await freePort()
  const environment = Object.fromEntries(CLIENTS.map((name) => [keyVariable(name), `${KEY}-${name}`]))
  const gateway = createChaosGateway({ runtime: 'node', folder, port, environment })
  await gateway.write(chaosPolicies(origins, { side: 'left', shared: false }))
  onTestFinished(() => gateway.stop())
  await gateway.startControl()

  const agent = new http.Agent()
  const asked = { port, agent, key: `${KEY}-ada`, model: HELD, stream: false }
  const long = ask(asked)
  await expect.poll(() => backend.waiting()).toBe(1)
  await gateway.killControl()
  await gateway.startControl()
  const next = ask(asked)
  await expect.poll(() => backend.waiting()).toBe(2)
  await sleep(LONG_MS)
  backend.letGo()
  const [first, second] = await Promise.all([long, next])
  expect([first.end, second.end]).toEqual(['whole', 'whole'])
  await gateway.stop()
  expect([...readBooks(statePaths(gateway.stateDir).usage).ids].toSorted()).toEqual(
    [first.id, second.id].toSorted(),
  )
})
