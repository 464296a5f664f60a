/**
 * Where a policy file holds what looks like a credential: by its shape anywhere, by its key where keys belong.
 * Used twice: to refuse it, and to mask it in every frame.
 */
import { isScalar, visit, type Document } from 'yaml'
import { findSecretShapes, mergeRanges, type SecretRange } from '../diagnostics/secret-shapes.ts'
import type { FileId, PackId } from './loaded-policy.ts'

/** Keys of `backends.yaml` and `clients.yaml` whose value people take for the place of the secret itself. */
const SECRET_KEYS = new Set([
  'key',
  'apikey',
  'api_key',
  'api-key',
  'token',
  'password',
  'secret',
  'authorization',
  'credential',
  'env',
])

/** Ranges in order, without overlap. */
export function findSecrets(text: string, document: Document, file: FileId | PackId): SecretRange[] {
  const ranges = findSecretShapes(text)
  return mergeRanges(file === 'backends' || file === 'clients' ? [...ranges, ...byKey(document)] : ranges)
}

function byKey(document: Document): SecretRange[] {
  const ranges: SecretRange[] = []
  visit(document, {
    Pair(_, { key, value }) {
      if (!isScalar(key) || !isScalar(value) || typeof value.value !== 'string' || !value.range) return
      const name = String(key.value).toLowerCase()
      if (!SECRET_KEYS.has(name) || !looksOpaque(value.value, name === 'env' ? 20 : 6)) return
      const [start, end] = value.range
      ranges.push({ start, end, what: 'a credential' })
    },
  })
  return ranges
}

/** Not the name of a variable, and not words either. Where a name belongs, a short one with digits still is one. */
function looksOpaque(value: string, nameLength: number): boolean {
  if (/^[A-Z_][A-Z0-9_]*$/.test(value) || /\s/.test(value)) return false
  if (value.startsWith('sk-')) return true
  if (!/[0-9]/.test(value) || !/[A-Za-z]/.test(value)) return false
  return value.length >= (/^[A-Za-z_]\w*$/.test(value) ? nameLength : Math.min(12, nameLength))
}
