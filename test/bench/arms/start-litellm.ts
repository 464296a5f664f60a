/**
 * LiteLLM's proxy, where it is installed: on the PATH or where the tests against the real LiteLLM put it. One worker, no database.
 */
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { stringify } from 'yaml'
import { ArmUnavailable, type Arm } from '../arm.ts'
import { isListening } from '../children.ts'
import { freePort } from '../free-port.ts'
import { MODEL } from '../requests.ts'
import type { Setting } from '../setting.ts'

const run = promisify(execFile)

const PATH = `${resolve(import.meta.dirname, '../../../.venv/litellm/bin')}:${process.env['PATH'] ?? ''}`

export async function startLitellm({ children, mock, folder }: Setting): Promise<Arm> {
  const version = await litellmVersion()
  const cwd = join(folder, 'litellm')
  await mkdir(cwd, { recursive: true })
  const params = { model: `openai/${MODEL}`, api_base: `http://127.0.0.1:${mock.http}/v1`, api_key: 'bench' }
  // It refuses to start without a key, or with a weak one.
  const key = `sk-${randomBytes(32).toString('hex')}`
  const config = {
    model_list: [{ model_name: MODEL, litellm_params: params }],
    general_settings: { master_key: key },
  }
  await writeFile(join(cwd, 'config.yaml'), stringify(config))
  const port = await freePort()
  const child = children.start(
    'litellm',
    [
      'litellm',
      '--config',
      'config.yaml',
      '--host',
      '127.0.0.1',
      '--port',
      String(port),
      '--num_workers',
      '1',
    ],
    { cwd, env: { ...process.env, PATH, LITELLM_MODE: 'PRODUCTION', LITELLM_LOG: 'ERROR' } },
  )
  await children.waitFor(child, 60_000, () => isListening(port))
  const url = `http://127.0.0.1:${port}/v1/chat/completions`
  return {
    name: 'litellm',
    label: version,
    http: { url, headers: { authorization: `Bearer ${key}` }, ca: '' },
    https: null,
    pid: child.pid ?? null,
    controlPid: null,
  }
}

async function litellmVersion(): Promise<string> {
  try {
    const { stdout } = await run('litellm', ['--version'], { env: { ...process.env, PATH }, timeout: 60_000 })
    return `litellm ${stdout.match(/\d+\.\d+\.\d+\S*/)?.[0] ?? ''}`.trim()
  } catch {
    throw new ArmUnavailable('litellm is not installed')
  }
}
