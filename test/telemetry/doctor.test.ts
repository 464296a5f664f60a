/** `aicc doctor --send-trace`: a trace of its own, sent and read back, as a server of Langfuse of today and of before has it. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Finding } from '../../src/control/doctor/finding.ts'
import { spawnAicc } from '../compiler/commands/run-aicc.ts'
import { documentNote } from './langfuse-document.ts'
import { createStandIn, type LangfuseStandIn } from './langfuse-stand-in.ts'

const KEYS = { publicKey: 'pk-lf-doctor', secretKey: 'sk-lf-doctor' }

/** A folder to run the command in. */
async function policiesFor(url: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'aicc-doctor-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const files = {
    'backends.yaml': 'backends:\n  here: { kind: demo, zone: local, models: { small: { id: demo } } }\n',
    'clients.yaml': "clients:\n  home: { keys: [{ env: HOME_KEY }], models: '*' }\n",
    'policy.yaml': `listen: { https: 'off', http: '127.0.0.1:0' }
models:
  fast: { targets: [here/small] }
trace:
  sink: langfuse
  url: ${url}
  zone: local
  publicKey: { env: PK }
  secretKey: { env: SK }
  environment: home
`,
  }
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
  return folder
}

async function doctor(url: string, ...args: string[]): Promise<{ code: number; traces: Finding[] }> {
  const cwd = await policiesFor(url)
  const env = { HOME_KEY: 'doctor-client-key-0123456789', PK: KEYS.publicKey, SK: KEYS.secretKey }
  const run = await spawnAicc(['doctor', '--json', '--policies', '.', '--state', 'state', ...args], {
    cwd,
    env,
  })
  if (run.stdout === '') throw new Error(run.stderr)
  const findings = JSON.parse(run.stdout) as Finding[]
  return { code: run.code, traces: findings.filter(({ subject }) => subject.startsWith('traces')) }
}

/** The doctor asks for its health as anybody may. */
function problemsOf({ problems }: LangfuseStandIn): string[] {
  return problems.filter((problem) => problem !== '/api/public/health came without the keys')
}

describe.each([
  ['4.16.0', 1],
  ['3.63.0', 1],
  ['2.95.1', 2],
] as const)(`Langfuse %s${documentNote}`, (version, written) => {
  it('has the trace of the doctor', { timeout: 60_000 }, async () => {
    const langfuse = await createStandIn(version, KEYS)
    await langfuse.up()
    onTestFinished(() => langfuse.down())
    const { code, traces } = await doctor(langfuse.url, '--send-trace')
    expect(traces.map(({ check, verdict }) => [check, verdict])).toEqual([
      ['reach', 'ok'],
      ['keys', 'ok'],
      ['read', 'ok'],
    ])
    expect([code, problemsOf(langfuse)]).toEqual([0, []])
    // Nothing that could be taken for a request, and nothing that costs.
    expect(langfuse.observations).toHaveLength(written)
    const root = langfuse.observations.at(-1)
    expect(root).toMatchObject({ name: 'aicc doctor', type: 'span', parent: null })
    expect(traces[2]?.message).toContain(root?.traceId)
    expect(JSON.stringify(langfuse.observations)).toContain('"aicc-doctor"')
    expect(JSON.stringify(langfuse.observations)).toContain('"home"')
  })
})

it('writes nothing there without being asked to', { timeout: 60_000 }, async () => {
  const langfuse = await createStandIn('4.16.0', KEYS)
  await langfuse.up()
  onTestFinished(() => langfuse.down())
  const { traces } = await doctor(langfuse.url)
  expect(traces.at(-1)).toMatchObject({ check: 'read', verdict: 'ok' })
  expect(traces.at(-1)?.help).toContain('--send-trace')
  expect([langfuse.observations, problemsOf(langfuse)]).toEqual([[], []])
})
