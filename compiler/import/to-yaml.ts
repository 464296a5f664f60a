/**
 * Imported files → YAML in canonical form.
 */
import { Document, isCollection, isPair, isSeq } from 'yaml'
import { formatText } from '../format/format-text.ts'

/** Entries this deep, and deeper ones, are written in one line where they fit. */
const FLOW_DEPTH = 3

export function toYaml(value: unknown, comment: string): string {
  const document = new Document(value)
  document.commentBefore = ` ${comment}`
  closeBelow(document.contents, 1)
  const formatted = formatText(document.toString({ lineWidth: 0 }), 'imported')
  if ('text' in formatted) return formatted.text
  throw new Error('what was imported cannot be formatted')
}

function closeBelow(node: unknown, depth: number): void {
  if (!isCollection(node)) return
  node.flow = depth > FLOW_DEPTH || isSeq(node)
  for (const item of node.items)
    closeBelow(isPair(item) ? item.value : item, node.flow ? Infinity : depth + 1)
}
