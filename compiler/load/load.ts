/**
 * The first stage: files of the policies folder → text, document, plain value. The only stage with I/O besides
 * `load-ca-files.ts`; everything after is pure.
 */
import { join } from 'node:path'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import { maskRanges } from '../diagnostics/secret-shapes.ts'
import { findSecrets } from './find-secrets.ts'
import { FILE_IDS, isPack, type LoadedPolicy } from './loaded-policy.ts'
import { findPacks, type ListFiles } from './find-packs.ts'
import { parseYaml } from './parse-yaml.ts'
import { readPolicyFile, type ReadFile } from './read-policy-file.ts'

export interface LoadOptions {
  /** The policies folder. Diagnostics show paths as `shownAs` + file name. */
  policies: string
  shownAs: string
  readFile: ReadFile
  /** Where packs of detectors are looked for; left out, there are none. */
  listFiles?: ListFiles | undefined
}

export interface LoadResult {
  loaded: LoadedPolicy
  /** Text to draw frames from, by shown path; secrets masked. */
  sources: Map<string, string>
  diagnostics: Diagnostic[]
}

export async function load(options: LoadOptions): Promise<LoadResult> {
  const loaded: LoadedPolicy = {}
  const sources = new Map<string, string>()
  const diagnostics: Diagnostic[] = []
  const packs = options.listFiles ? await findPacks(options.policies, options.listFiles) : []
  for (const id of [...FILE_IDS, ...packs]) {
    const name = isPack(id) ? id : `${id}.yaml`
    const path = join(options.policies, name)
    const shownAs = join(options.shownAs, name)
    const text = await readPolicyFile({ path, shownAs, readFile: options.readFile })
    if (typeof text !== 'string') {
      diagnostics.push(text)
      continue
    }
    const parsed = parseYaml(text, shownAs)
    const secrets = findSecrets(text, parsed.document, id)
    sources.set(shownAs, maskRanges(text, secrets))
    diagnostics.push(...parsed.diagnostics)
    if (parsed.value === undefined) continue
    loaded[id] = { path: shownAs, text, document: parsed.document, value: parsed.value, secrets }
  }
  return { loaded, sources, diagnostics }
}
