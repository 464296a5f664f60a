/** The archives of the vendors' Python clients, which hold tests of their own: fetched once, unpacked below `.venv/`. */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { NO_INDEX } from './python-environment.ts'

const run = promisify(execFile)
const REQUIREMENTS = fileURLToPath(new URL('requirements-sdk-sources.txt', import.meta.url))
const FOLDER = fileURLToPath(new URL('../../.venv/sdk-sources', import.meta.url))
const FETCH_MS = 240_000
/** Whatever else an archive holds stays packed. */
const WANTED = ['--wildcards', '*/tests', '*/pyproject.toml']

export type SdkSources = { folder: string } | { missing: string }

/**
 * @param bin programs of an environment that holds what the archives are built with
 * @returns the folder with one folder for each client, named after it, or why there is none
 * @throws when the index answers with something else than what is pinned
 */
export async function sdkSources(bin: string): Promise<SdkSources> {
  const wanted = createHash('sha256')
    .update(await readFile(REQUIREMENTS))
    .digest('hex')
  const stamp = join(FOLDER, 'stamp')
  if ((await readFile(stamp, 'utf8').catch(() => '')) === wanted) return { folder: FOLDER }

  await rm(FOLDER, { recursive: true, force: true })
  await mkdir(FOLDER, { recursive: true })
  // pip looks at what it downloads by the archive's own build: not before its hash was right, and by tools of ours.
  const pip = [
    '-m',
    'pip',
    'download',
    '--quiet',
    '--disable-pip-version-check',
    '--retries',
    '2',
    '--no-deps',
  ]
  const how = ['--no-binary', ':all:', '--no-build-isolation', '--require-hashes', '-r', REQUIREMENTS]
  try {
    await run(join(bin, 'python'), [...pip, ...how, '-d', FOLDER], { timeout: FETCH_MS })
  } catch (error) {
    const { stderr = '' } = error as { stderr?: string }
    if (NO_INDEX.test(stderr)) return { missing: 'the Python package index cannot be reached' }
    throw error
  }
  for (const archive of await readdir(FOLDER)) {
    const folder = join(FOLDER, archive.split('-')[0] ?? '')
    await mkdir(folder)
    await run('tar', ['-xzf', join(FOLDER, archive), '-C', folder, '--strip-components=1', ...WANTED])
  }
  await writeFile(stamp, wanted)
  return { folder: FOLDER }
}
