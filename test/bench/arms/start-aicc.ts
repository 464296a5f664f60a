/**
 * This gateway, through the command that users run, with policies and state of its own.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { stringify } from 'yaml'
import { readRunFile, type Listener, type Runtime } from '../../../src/control/run-file.ts'
import { statePaths } from '../../../src/control/state-folder.ts'
import type { Arm, Endpoint } from '../arm.ts'
import { MODEL } from '../requests.ts'
import type { Setting } from '../setting.ts'

const CLI = resolve(import.meta.dirname, '../../../compiler/commands/cli.ts')

export async function startAicc({ children, mock, folder }: Setting, runtime: Runtime): Promise<Arm> {
  const cwd = join(folder, `aicc-${runtime}`)
  const policies = join(cwd, 'policies')
  const state = join(cwd, 'state')
  await mkdir(policies, { recursive: true })
  await writePolicies(policies, mock.http)
  const child = children.start(
    `aicc on ${runtime}`,
    [
      process.execPath,
      CLI,
      'serve',
      `--policies=${policies}`,
      `--state=${state}`,
      `--runtime=${runtime}`,
      '--https=127.0.0.1:0',
      '--http=127.0.0.1:0',
      '--admin=127.0.0.1:0',
    ],
    { cwd, env: environment() },
  )
  const { https, http, edgePid, pid } = await children.waitFor(child, 60_000, () => readRunFile(state))
  if (https === null || http === null) throw new Error(`aicc on ${runtime} listens on one port only`)
  const { clientKey, caCertificate } = statePaths(state)
  const headers = { authorization: `Bearer ${(await readFile(clientKey, 'utf8')).trim()}` }
  const endpoint = (scheme: string, { port }: Listener, ca: string): Endpoint => ({
    url: `${scheme}://127.0.0.1:${port}/v1/chat/completions`,
    headers,
    ca,
  })
  return {
    name: runtime,
    label: `aicc on ${runtime}`,
    http: endpoint('http', http, ''),
    https: endpoint('https', https, await readFile(caCertificate, 'utf8')),
    pid: edgePid,
    controlPid: pid,
  }
}

/** The least policy that routes: one backend, one model, one client. */
async function writePolicies(folder: string, port: number): Promise<void> {
  const files = {
    'backends.yaml': {
      backends: {
        mock: { kind: 'openai', url: `http://127.0.0.1:${port}`, models: { [MODEL]: { id: MODEL } } },
      },
    },
    'policy.yaml': { models: { [MODEL]: { targets: [`mock/${MODEL}`] } } },
    'clients.yaml': { clients: { bench: { keys: [{ env: 'AICC_CLIENT_KEY' }], models: '*' } } },
  }
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), stringify(content))
}

/** Ours without the settings of a gateway that the user may run. */
function environment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('AICC_')))
}
