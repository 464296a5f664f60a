/**
 * What `load/` gives: the three files and packs of detectors as text, YAML document and plain value.
 */
import type { Document } from 'yaml'
import type { SecretRange } from '../diagnostics/secret-shapes.ts'
import type { Span } from '../diagnostics/span.ts'

export const FILE_IDS = ['policy', 'backends', 'clients'] as const
export type FileId = (typeof FILE_IDS)[number]

export interface LoadedFile {
  /** Path as it is shown. */
  path: string
  text: string
  document: Document
  /** The document as plain data: not yet known to be anything but JSON-like. */
  value: unknown
  /** Where the text holds what looks like a credential; offsets, in order, without overlap. */
  secrets: SecretRange[]
}

/** A pack of detectors: its path in the policies folder. */
export type PackId = `detectors/${string}`

export function isPack(file: FileId | PackId): file is PackId {
  return file.startsWith('detectors/')
}

/** A file that could not be parsed is absent; a diagnostic says why. */
export type LoadedPolicy = Partial<Record<FileId | PackId, LoadedFile>>

/** Where in the input a value was written: its file and the path of keys to it. */
export interface Place {
  file: FileId | PackId
  path: readonly (string | number)[]
}

/** What of a `key: value` pair to point at; of a value like `backend/model` it can be one of the halves. */
export type Prefer = 'key' | 'value' | 'before-slash' | 'after-slash'

/** From a place to the range that shows it. */
export type Locate = (place: Place, prefer?: Prefer) => Span
