/** What `docs/observability.md` shows of alerts compiles, and means what it says. */
import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { expect, it } from 'vitest'
import { compile } from '../../../compiler/compile.ts'
import { renderDiagnostics } from '../../../compiler/diagnostics/render/render.ts'

const PAGE = readFileSync(join(import.meta.dirname, '../../../docs/observability.md'), 'utf8')
const [, EXAMPLE = ''] = /```yaml\n(alerts:[^]*?)```/.exec(PAGE) ?? []

const FILES: Record<string, string> = {
  'policy.yaml': `
models: { quality: { targets: [gpu-3090/big] }, auto: { rules: main } }
rules: { main: [{ id: long-context, when: { stream: true }, to: quality }, { id: else, to: quality }] }
trace: { sink: langfuse, url: 'http://langfuse.lan', zone: lan, publicKey: { env: A }, secretKey: { env: B } }
${EXAMPLE}`,
  'backends.yaml':
    'backends: { gpu-3090: { kind: openai, url: http://gpu.lan:8000, zone: lan, models: { big: { id: big, price: none } } } }',
  'clients.yaml': 'clients: { laptop: { keys: [{ env: KEY }], models: "*", budget: { usd: 5/day } } }',
}

it('takes the example of the page', async () => {
  const readFile = (path: string): Promise<Uint8Array> =>
    Promise.resolve(Buffer.from(FILES[basename(path)] ?? ''))
  const result = await compile({ policies: 'policies', shownAs: 'policies', readFile })
  const { diagnostics, sources } = result
  expect(renderDiagnostics(diagnostics, { sources, color: false, max: 0, format: 'pretty' })).toBe('')
  const { watch = {}, receivers } = (result.ok && result.table.alerts) || {}
  expect(receivers).toEqual({ ops: { webhook: { env: 'OPS_WEBHOOK' }, username: 'aicc' } })
  const kinds = Object.values(watch).map(({ measure }) => measure.kind)
  expect(new Set(kinds).size).toBe(7)
  expect(watch['failing']).toMatchObject({
    bound: 5,
    clearsAt: 2,
    forMs: 120_000,
    clearsAfterMs: 300_000,
    to: ['ops'],
  })
  expect(watch['money']?.measure).toEqual({ kind: 'budget', clients: ['laptop'] })
  expect(watch['slow']).toMatchObject({ to: [], bound: 60_000, repeatMs: 4 * 3_600_000 })
})
