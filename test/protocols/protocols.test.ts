/**
 * The matrix of surfaces and kinds of backends: for each cell the registry says what becomes of a request, and one goes
 * through the gateway to see. What was seen is `docs/protocols.md`; `npm run test:protocols -- --update` renews it.
 */
import { describe, expect, it } from 'vitest'
import type { BackendConfig } from '../../compiler/config/backends.ts'
import { KIND_SURFACES } from '../../src/table/kind-surfaces.ts'
import { wireOf } from '../../src/table/wire-of.ts'
import { describeRuntimes } from '../conformance/harness/describe-runtimes.ts'
import type { Policies } from '../conformance/harness/start-gateway.ts'
import { replyOf } from './answers.ts'
import { type Cell, CELLS, idOf, isOfOpenCode, KINDS } from './cells.ts'
import { renderProtocols } from './render-protocols.ts'
import { runCell } from './run-cell.ts'

/** Every backend serves whatever it is asked for: a cell is known by its model. */
function policiesOf(upstream: string): Policies {
  const backends: Record<string, BackendConfig> = {}
  for (const kind of KINDS) {
    const models = { '*': { id: `${kind}/*` } }
    if (kind === 'demo') backends[kind] = { kind, models }
    else backends[kind] = { kind, url: `${upstream}/${kind}/v1`, health: 'off', models }
  }
  return {
    backends: { backends },
    policy: {
      models: Object.fromEntries(KINDS.map((kind) => [`${kind}.*`, { targets: [`${kind}/*`] }])),
      breaker: 'off',
      retry: { times: 0 },
      timeouts: { connect: '5s', firstToken: '60s', idle: '60s', total: '120s' },
    },
    clients: { clients: { home: { keys: [{ env: 'AICC_CLIENT_KEY' }], models: '*' } } },
  }
}

const seen = new Map<Cell, Cell>()
const mocked = CELLS.filter((cell) => cell.verdict !== '–' && !isOfOpenCode(cell))
const rows = mocked.map((cell) => ({
  cell,
  name: `${cell.surface} before ${cell.kind}, ${cell.case}${cell.streams ? ', streamed' : ''}`,
}))

describeRuntimes(policiesOf, (bench) => {
  it.concurrent.each(rows)('$name: $cell.verdict', async ({ cell }) => {
    const { client, upstream } = bench
    const { kind, surface } = cell
    const id = `${kind}/${idOf(cell)}`
    const wire = wireOf(KIND_SURFACES[kind], surface)
    if (wire !== null && wire !== 'gateway') upstream.reply(id, replyOf(wire, cell.case, cell.streams))
    const verdict = await runCell(cell, { client, upstream, model: `${kind}.${idOf(cell)}`, id })
    seen.set(cell, { ...cell, verdict })
    expect(verdict).toBe(cell.verdict)
  })
})

describe('docs/protocols.md', () => {
  it('says what was seen', async () => {
    const all = CELLS.map((cell) => seen.get(cell) ?? cell)
    expect(mocked.filter((cell) => !seen.has(cell))).toEqual([])
    await expect(renderProtocols(all)).toMatchFileSnapshot('../../docs/protocols.md')
  })
})
