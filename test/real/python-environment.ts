/** Makes the virtual environments that the real peers live in: once, below `.venv/`, from pinned lists. */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/** Newest first; the plain name last, since nobody knows what it is. */
const PYTHONS = ['python3.13', 'python3.12', 'python3.11', 'python3.10', 'python3']
const PROBE = 'import ensurepip, sys, venv; sys.exit(not (3, 10) <= sys.version_info[:2] < (3, 15))'
const PROBE_MS = 20_000
const INSTALL_MS = 900_000

/** pip's words for "nobody answers", as opposed to a list that is wrong. */
export const NO_INDEX: RegExp =
  /from versions: none|Failed to establish a new connection|Temporary failure in name resolution|Name or service not known|ProxyError|ConnectTimeoutError|Network is unreachable/i

export type PythonEnvironment = { bin: string } | { missing: string }

/**
 * @param name of `requirements-NAME.txt` beside this file
 * @returns the environment's folder of programs, or why there is none on this machine
 * @throws when the package index answers and the list cannot be installed: that is a defect of the list
 */
export async function pythonEnvironment(name: string): Promise<PythonEnvironment> {
  const requirements = fileURLToPath(new URL(`requirements-${name}.txt`, import.meta.url))
  const wanted = createHash('sha256')
    .update(await readFile(requirements))
    .digest('hex')
  const folder = join(ROOT, '.venv', name)
  const stamp = join(folder, 'stamp')
  const bin = join(folder, 'bin')
  if ((await readFile(stamp, 'utf8').catch(() => '')) === wanted && (await works(join(bin, 'python')))) {
    return { bin }
  }

  const python = await findPython()
  if (python === null) return { missing: 'no Python 3.10 or newer with venv and ensurepip' }
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  await run(python, ['-m', 'venv', folder], { timeout: INSTALL_MS })
  // Wheels only: nothing that is downloaded runs while it is installed.
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--only-binary', ':all:']
  try {
    await run(join(bin, 'python'), [...pip, '--retries', '2', '-r', requirements], { timeout: INSTALL_MS })
  } catch (error) {
    const { stderr = '' } = error as { stderr?: string }
    if (NO_INDEX.test(stderr)) return { missing: 'the Python package index cannot be reached' }
    throw error
  }
  await writeFile(stamp, wanted)
  return { bin }
}

async function findPython(): Promise<string | null> {
  for (const python of PYTHONS) if (await works(python)) return python
  return null
}

async function works(python: string): Promise<boolean> {
  return await run(python, ['-c', PROBE], { timeout: PROBE_MS }).then(
    () => true,
    () => false,
  )
}
