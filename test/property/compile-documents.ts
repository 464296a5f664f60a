/**
 * Compiles policies that exist only as text.
 */
import { basename } from 'node:path'
import { stringify } from 'yaml'
import { compile, type CompileResult } from '../../compiler/compile.ts'
import type { ReadFile } from '../../compiler/load/read-policy-file.ts'
import type { PolicyDocuments } from './policy-documents.ts'

export type PolicyTexts = Record<'policy' | 'backends' | 'clients', string>

export function toTexts({ policy, backends, clients }: PolicyDocuments): PolicyTexts {
  return { policy: stringify(policy), backends: stringify(backends), clients: stringify(clients) }
}

export function compileTexts(texts: PolicyTexts): Promise<CompileResult> {
  return compile({ policies: 'policies', readFile: readerOf(texts) })
}

export function readerOf(texts: PolicyTexts): ReadFile {
  return (path) => {
    const id = basename(path, '.yaml')
    if (id === 'policy' || id === 'backends' || id === 'clients') {
      return Promise.resolve(new TextEncoder().encode(texts[id]))
    }
    return Promise.reject(Object.assign(new Error('no such file'), { code: 'ENOENT' }))
  }
}
