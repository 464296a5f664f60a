import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { checkLastTrace } from '../../../../src/control/doctor/check-last-trace.ts'
import { writeRunFile } from '../../../../src/control/run-file.ts'
import { openStateFolder } from '../../../../src/control/state-folder.ts'
import type { HistoryEntry, SinkTrace } from '../../../../src/table/history.ts'
import { makeEntry } from '../../adapters/tracing/make-entry.ts'

const MINUTE_MS = 60_000

interface World {
  requests: Partial<HistoryEntry>[]
  state?: SinkTrace['state']
  /** Status and observations that Langfuse answers. */
  langfuse?: [number, object[]]
}

/** One server is both: the gateway's admin listener, and Langfuse. @returns its findings */
async function checked({ requests, state = 'sent', langfuse = [200, []] }: World): Promise<string[]> {
  const entries = requests.map((fields) => makeEntry(fields))
  const server = createServer((request, response) => {
    const path = request.url ?? ''
    const answer = (body: unknown, status = 200): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    }
    const [, id] = /^\/admin\/requests\/([^/]+)\/trace$/.exec(path) ?? []
    if (id !== undefined) {
      const sinks = [{ sink: 'langfuse', state, refusals: 0, why: null }]
      return answer({ request: entries.find((entry) => entry.id === id), traceId: 'ab'.repeat(16), sinks })
    }
    if (path.startsWith('/admin/requests')) return answer({ entries, next: null })
    if (path === '/api/public/health') return answer({ version: '4.16.0' })
    const [status, data] = langfuse
    answer({ data }, status)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const folder = await openStateFolder(await mkdtemp(join(tmpdir(), 'aicc-last-trace-')))
  onTestFinished(async () => {
    server.close()
    server.closeAllConnections()
    await rm(folder.dir, { recursive: true })
  })
  await writeRunFile(folder, {
    pid: process.pid,
    edgePid: process.pid,
    runtime: 'node',
    policies: '/policies',
    https: null,
    http: null,
    admin: { address: '127.0.0.1', port },
    startedAt: new Date().toISOString(),
  })
  const keys = { url: `http://127.0.0.1:${port}`, publicKey: 'pk', secretKey: 'sk' }
  const digest = makeEntry().digest
  const findings = await checkLastTrace({ server: keys, stateDir: folder.dir, environment: {}, digest })
  return findings.map(({ check, verdict, message }) => `${check} ${verdict}: ${message}`)
}

const ended = (
  minutesAgo: number,
  id: string,
  fields: Partial<HistoryEntry> = {},
): Partial<HistoryEntry> => ({
  id,
  correlationId: `c-${id}`,
  startedAt: Date.now() - minutesAgo * MINUTE_MS - 100,
  endedAt: Date.now() - minutesAgo * MINUTE_MS,
  ...fields,
})
const NONE = 'read ok: no request yet whose trace could be looked for'
const SPAN = { id: 'a', type: 'SPAN', startTime: new Date().toISOString() }

it.each<[string, World, string]>([
  ['nothing where nothing was asked', { requests: [] }, NONE],
  ['nothing of what is young', { requests: [ended(0, 'a')] }, NONE],
  ['nothing of another policy', { requests: [ended(3, 'a', { digest: 'other' })] }, NONE],
  ['nothing of what still waits', { requests: [ended(3, 'a')], state: 'waiting' }, NONE],
  [
    'that the newest is there',
    { requests: [ended(0, 'a'), ended(2, 'b'), ended(3, 'c')], langfuse: [200, [SPAN]] },
    'read ok: it has the trace of request c-b',
  ],
  [
    'that it was taken and is not there',
    { requests: [ended(3, 'a')] },
    'read warn: it took the trace of request c-a and does not show it, 3 min later',
  ],
  [
    'that it cannot be asked',
    { requests: [ended(3, 'a')], langfuse: [500, []] },
    'read warn: it cannot be asked for the trace of request c-a: it answers 500',
  ],
])('says %s', async (_, world, says) => {
  expect(await checked(world)).toEqual([says])
})

it('looks for nothing where no gateway runs', async () => {
  const folder = await openStateFolder(await mkdtemp(join(tmpdir(), 'aicc-last-trace-')))
  onTestFinished(() => rm(folder.dir, { recursive: true }))
  const server = { url: 'http://127.0.0.1:81', publicKey: 'pk', secretKey: 'sk' }
  const [finding] = await checkLastTrace({ server, stateDir: folder.dir, environment: {}, digest: 'd' })
  expect(`${finding?.check} ${finding?.verdict}: ${finding?.message}`).toBe(NONE)
  expect(finding?.help).toContain('send a request')
})
