import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { findPacks, listFilesOnDisk } from '../../../compiler/load/find-packs.ts'

async function folderWith(files: readonly string[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'aicc-packs-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  for (const file of files) {
    await mkdir(join(folder, file, '..'), { recursive: true })
    await writeFile(join(folder, file), '')
  }
  return folder
}

it('finds packs at any depth, in the order of their names, and nothing that an editor leaves', async () => {
  const folder = await folderWith([
    'policy.yaml',
    'tests/a.test.yaml',
    'detectors/b.yaml',
    'detectors/a.yml',
    'detectors/own/c.yaml',
    'detectors/README.md',
    'detectors/.b.yaml.swp',
    'detectors/.hidden.yaml',
    'detectors/b.yaml~',
  ])
  expect(await findPacks(folder, listFilesOnDisk)).toEqual([
    'detectors/a.yml',
    'detectors/b.yaml',
    'detectors/own/c.yaml',
  ])
})

it('finds none where there is no such folder', async () => {
  expect(await findPacks(await folderWith(['policy.yaml']), listFilesOnDisk)).toEqual([])
})
