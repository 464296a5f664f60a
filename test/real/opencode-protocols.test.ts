/** OpenCode's column of the matrix in `docs/protocols.md`, with a real server: what the clients of each surface hear. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Client, createClient } from '../conformance/harness/client.ts'
import { type Gateway, type Runtime, startGateway } from '../conformance/harness/start-gateway.ts'
import { replyOf } from '../protocols/answers.ts'
import { CELLS, idOf, isOfOpenCode } from '../protocols/cells.ts'
import { runCell } from '../protocols/run-cell.ts'
import { type RecordingUpstream, startUpstream } from '../upstream/recording-upstream.ts'
import { opencodeProgram, type OpenCodeServer, PASSWORD, startOpenCode } from './opencode-server.ts'

const RUNTIMES: readonly Runtime[] = ['workerd', 'node']
const program = await opencodeProgram()

const ROWS = CELLS.filter(isOfOpenCode).map((cell) => ({
  cell,
  name: `${cell.surface}, ${cell.case}${cell.streams ? ', streamed' : ''}`,
}))

describe.skipIf('missing' in program)('OpenCode in the matrix', () => {
  let provider: RecordingUpstream
  let opencode: OpenCodeServer

  beforeAll(async () => {
    provider = await startUpstream()
    const ids = RUNTIMES.flatMap((runtime) => ROWS.map(({ cell }) => `${runtime}.${idOf(cell)}`))
    for (const runtime of RUNTIMES) {
      for (const { cell } of ROWS) {
        // OpenCode itself has all answers streamed; what it asks is refused before, or fails, or stalls.
        const isFailing = cell.case === 'error' || cell.case === 'abort'
        provider.reply(`${runtime}.${idOf(cell)}`, replyOf('chat', cell.case, cell.streams || !isFailing))
      }
    }
    opencode = await startOpenCode('binary' in program ? program.binary : '', provider.origin, ids)
  })

  afterAll(async () => {
    await opencode?.stop()
    await provider?.close()
  })

  describe.each(RUNTIMES)('on %s', (runtime) => {
    let gateway: Gateway
    let client: Client

    beforeAll(async () => {
      gateway = await startGateway({
        runtime,
        backends: {
          backends: {
            agent: {
              kind: 'opencode',
              url: opencode.origin,
              password: { env: 'REAL_OPENCODE_PASSWORD' },
              agent: 'gateway',
              models: { '*': { id: `mock/${runtime}.*` } },
            },
          },
        },
        policy: {
          retry: { times: 0 },
          breaker: 'off',
          models: { 'agent.*': { targets: ['agent/*'] } },
        },
        clients: { clients: { home: { keys: [{ env: 'AICC_CLIENT_KEY' }], models: '*' } } },
        env: { REAL_OPENCODE_PASSWORD: PASSWORD },
      })
      client = createClient(gateway)
    })

    afterAll(async () => {
      client?.close()
      await gateway?.stop()
    })

    it.concurrent.each(ROWS)('$name: $cell.verdict', async ({ cell }) => {
      const id = `${runtime}.${idOf(cell)}`
      const place = { client, upstream: provider, model: `agent.${idOf(cell)}`, id }
      expect(await runCell(cell, place)).toBe(cell.verdict)
    })
  })
})
