/**
 * Portkey's gateway from npm, installed on demand at a fixed version, its Node server as published.
 */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { ArmUnavailable, type Arm } from '../arm.ts'
import { isListening } from '../children.ts'
import { freePort } from '../free-port.ts'
import type { Setting } from '../setting.ts'

const run = promisify(execFile)

const PACKAGE = '@portkey-ai/gateway'
const VERSION = '1.15.2'

/** With its newest server adapter Portkey answers 500 to every stream ("immutable" headers), so that is held back. */
const MANIFEST = JSON.stringify({
  private: true,
  dependencies: { [PACKAGE]: VERSION },
  overrides: { '@hono/node-server': '1.14.1' },
})

export async function startPortkey({ children, mock, keep }: Setting): Promise<Arm> {
  const cwd = join(keep, `portkey-${VERSION}`)
  const server = join(cwd, 'node_modules', PACKAGE, 'build', 'start-server.js')
  await install(cwd, server)
  const port = await freePort()
  const child = children.start('portkey', [process.execPath, server, `--port=${port}`, '--headless'], {
    cwd,
    env: { ...process.env, NODE_ENV: 'production' },
  })
  await children.waitFor(child, 30_000, () => isListening(port))
  return {
    name: 'portkey',
    label: `${PACKAGE} ${VERSION}`,
    http: {
      url: `http://127.0.0.1:${port}/v1/chat/completions`,
      headers: {
        authorization: 'Bearer bench',
        'x-portkey-provider': 'openai',
        'x-portkey-custom-host': `http://127.0.0.1:${mock.http}/v1`,
      },
      ca: '',
    },
    https: null,
    pid: child.pid ?? null,
    controlPid: null,
  }
}

async function install(folder: string, server: string): Promise<void> {
  const manifest = join(folder, 'package.json')
  if (existsSync(server) && (await readFile(manifest, 'utf8')) === MANIFEST) return
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  await writeFile(manifest, MANIFEST)
  try {
    const flags = ['--ignore-scripts', '--no-audit', '--no-fund']
    await run('npm', ['install', ...flags], { cwd: folder, timeout: 300_000 })
  } catch (error) {
    throw new ArmUnavailable(`npm could not install ${PACKAGE}@${VERSION}`, { cause: error })
  }
}
