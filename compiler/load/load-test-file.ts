/**
 * One file of policy tests → text, document, plain value. What looks like a credential is welcome here, as bait for
 * the detectors, and masked in frames all the same.
 */
import { readFile } from 'node:fs/promises'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import { findSecretShapes, maskRanges, mergeRanges } from '../diagnostics/secret-shapes.ts'
import type { LoadedFile } from './loaded-policy.ts'
import { parseYaml } from './parse-yaml.ts'
import { readPolicyFile } from './read-policy-file.ts'
import { showPath } from './show-path.ts'

export interface LoadedTestFile {
  /** Path as it is shown. */
  path: string
  /** Null when it could not be read or parsed; a diagnostic says why. */
  file: LoadedFile | null
  /** Text to draw frames from; null when it could not be read. */
  source: string | null
  diagnostics: Diagnostic[]
}

export async function loadTestFile(path: string): Promise<LoadedTestFile> {
  const shownAs = showPath(path)
  const text = await readPolicyFile({ path, shownAs, readFile })
  if (typeof text !== 'string') return { path: shownAs, file: null, source: null, diagnostics: [text] }
  const { document, value, diagnostics } = parseYaml(text, shownAs)
  const secrets = mergeRanges(findSecretShapes(text))
  return {
    path: shownAs,
    file: value === undefined ? null : { path: shownAs, text, document, value, secrets },
    source: maskRanges(text, secrets),
    diagnostics,
  }
}
