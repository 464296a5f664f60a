/**
 * One gateway of ours, through the command that users run, with policies and state of its own.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { stringify } from 'yaml'
import { readRunFile, type Listener, type Runtime } from '../../../src/control/run-file.ts'
import { statePaths } from '../../../src/control/state-folder.ts'
import type { Endpoint, Gateway } from '../arm.ts'
import type { Setting } from '../setting.ts'
import type { Policies } from './bench-policies.ts'

export interface GatewayStart {
  /** Names its folder and its processes; no two of a run have the same. */
  name: string
  runtime: Runtime
  policies: Policies
  /** Whose command is run: the root of a checkout; this one unless told otherwise. */
  root?: string
  /** Beside that of this process. */
  environment?: Readonly<Record<string, string>>
  /** A command that the gateway is run by, such as strace with its arguments. */
  around?: readonly string[]
}

const ROOT = resolve(import.meta.dirname, '../../..')

export async function startGateway(
  { children, folder }: Pick<Setting, 'children' | 'folder'>,
  { name, runtime, policies, root = ROOT, around = [], environment = {} }: GatewayStart,
): Promise<Gateway> {
  const cwd = join(folder, name)
  const written = join(cwd, 'policies')
  const state = join(cwd, 'state')
  await mkdir(written, { recursive: true })
  for (const [file, content] of Object.entries(policies)) {
    await writeFile(join(written, `${file}.yaml`), stringify(content))
  }
  const [first, ...rest] = [...around, process.execPath]
  const child = children.start(
    name,
    [
      first,
      ...rest,
      join(root, 'compiler/commands/cli.ts'),
      'serve',
      `--policies=${written}`,
      `--state=${state}`,
      `--runtime=${runtime}`,
      '--https=127.0.0.1:0',
      '--http=127.0.0.1:0',
      '--admin=127.0.0.1:0',
    ],
    { cwd, env: { ...ownEnvironment(), ...environment } },
  )
  const { https, http, edgePid, pid } = await children.waitFor(child, 60_000, () => readRunFile(state))
  if (https === null || http === null) throw new Error(`${name} listens on one port only`)
  const { clientKey, caCertificate } = statePaths(state)
  const headers = { authorization: `Bearer ${(await readFile(clientKey, 'utf8')).trim()}` }
  const endpoint = (scheme: string, { port }: Listener, ca: string): Endpoint => ({
    url: `${scheme}://127.0.0.1:${port}/v1/chat/completions`,
    headers,
    ca,
  })
  return {
    http: endpoint('http', http, ''),
    https: endpoint('https', https, await readFile(caCertificate, 'utf8')),
    pid: edgePid,
    controlPid: pid,
  }
}

/** Ours without the settings of a gateway that the user may run. */
function ownEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('AICC_')))
}
