/**
 * Imported files → YAML in canonical form.
 */
import { Document, isCollection, isPair, isSeq } from 'yaml'
import { formatDocument } from '../format/format-document.ts'

/** Entries this deep, and deeper ones, are written in one line where they fit. */
const FLOW_DEPTH = 3

export function toYaml(value: unknown, comment: string): string {
  const document = new Document(value)
  document.commentBefore = ` ${comment}`
  closeBelow(document.contents, 1)
  return formatDocument(document, '')
}

function closeBelow(node: unknown, depth: number): void {
  if (!isCollection(node)) return
  if (depth > FLOW_DEPTH || isSeq(node)) {
    node.flow = true
    return
  }
  for (const item of node.items) closeBelow(isPair(item) ? item.value : item, depth + 1)
}
