import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { WORKED_POLICY } from '../worked-policy.ts'

/**
 * A new folder with the worked policy in `policies/`, to run commands in.
 * @param files further files of `policies/`, or others in their place
 */
export async function workedFolder(files: Readonly<Record<string, string>> = {}): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'aicc-worked-'))
  for (const [name, text] of Object.entries({ ...WORKED_POLICY, ...files })) {
    const path = join(folder, 'policies', name)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, text)
  }
  return folder
}
