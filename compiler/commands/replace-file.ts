import { realpath, rename, stat, writeFile } from 'node:fs/promises'

/** Writes a file anew, whole or not at all; a link keeps leading to its file. */
export async function replaceFile(path: string, text: string): Promise<void> {
  const target = await realpath(path)
  const draft = `${target}.tmp`
  await writeFile(draft, text, { mode: (await stat(target)).mode })
  await rename(draft, target)
}
