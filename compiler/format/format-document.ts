/**
 * YAML document → its one canonical text. What a person chose stays: the order of keys, comments, single blank lines,
 * flow or block style. What only differs by habit is made alike: indentation, quotes, padding, long lines.
 */
import {
  isCollection,
  isNode,
  isPair,
  parseDocument,
  Scalar,
  visit,
  type Document,
  type Node,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml'
import { partComments, type FlowComments } from './flow-comments.ts'

/** Columns that a flow collection may reach. */
const WIDTH = 110

/** Each pass opens at least one collection; nothing sensible nests so deep. */
const MAX_PASSES = 50

/** Formats what `parseDocument` made of `source`, without errors. Changes `document`. */
export function formatDocument(document: Document, source: string): string {
  const comments = new Map<unknown, FlowComments>()
  visit(document, {
    Scalar: (_, scalar) => preferSingleQuotes(scalar),
    Collection: (_, collection) => {
      if (collection.flow === true) {
        comments.set(collection, partComments(collection, source, lastEnd(collection)))
      } else keepBlankLine(collection, source)
    },
  })
  let text = print(document)
  for (let pass = 0; pass < MAX_PASSES; pass++) {
    if (!openLong(document, { text, comments })) break
    text = print(document)
  }
  return text
}

/** `lineWidth: 0`: no text is ever folded. What the library cannot be told to do is done to its text. */
function print(document: Document): string {
  const text = document.toString({ lineWidth: 0, singleQuote: true })
  const edits: Edit[] = []
  visit(parseDocument(text), {
    Seq: (_, node) => void edits.push(...unpad(node, text)),
    Scalar: (_, node) => void edits.push(...escapeInvisible(node, text)),
  })
  const inOrder = edits.toSorted((a, b) => a.at - b.at)
  const starts = [0, ...inOrder.map(({ at }) => at + 1)]
  return starts.map((start, i) => text.slice(start, inOrder[i]?.at) + (inOrder[i]?.by ?? '')).join('')
}

/** One character that is replaced. */
interface Edit {
  at: number
  by: string
}

/** `[ a, b ]` → `[a, b]`; the library pads mappings and lists, or neither. */
function unpad(node: YAMLSeq, text: string): Edit[] {
  const [start, end] = node.range ?? [0, 0]
  if (node.flow !== true || node.items.length === 0 || text.slice(start, end).includes('\n')) return []
  return [start + 1, end - 2].filter((at) => text[at] === ' ').map((at) => ({ at, by: '' }))
}

/** The library writes `"\u200b"` as the character itself, which nobody could see. */
function escapeInvisible(node: Scalar, text: string): Edit[] {
  if (node.type !== Scalar.QUOTE_DOUBLE || !node.range) return []
  const [start, end] = node.range
  const found = [...text.slice(start, end).matchAll(INVISIBLE)]
  // Beyond the basic plane an escape would take two: such characters stay.
  return found
    .filter(({ 0: character }) => character.length === 1)
    .map(({ 0: character, index }) => ({
      at: start + index,
      by: `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
    }))
}

/** Spaces other than ours, and characters that have no shape or turn the direction of text. */
const INVISIBLE = /(?! )[\p{Z}\p{Cf}\p{Default_Ignorable_Code_Point}]/gu

/** The library forgets a blank line in front of a comment that ends a block, but prints one that begins the comment. */
export function keepBlankLine(node: YAMLMap | YAMLSeq, source: string): void {
  if (typeof node.comment !== 'string' || node.comment.startsWith('\n')) return
  const rest = source.slice(lastEnd(node))
  if (/^[ \t]*(#[^\n]*)?\r?\n[ \t]*\r?\n/.test(rest)) node.comment = `\n${node.comment}`
}

/** Where the text of the last entry ends; in an empty collection, where its own does. */
function lastEnd({ items, range }: Pick<YAMLMap | YAMLSeq, 'items' | 'range'>): number {
  const last = items.at(-1)
  if (last === undefined) return range?.[1] ?? 0
  return endOf(isPair(last) ? (last.value ?? last.key) : last)
}

/** Where a node's own text ends, without what is trailing. */
function endOf(node: unknown): number {
  if (isCollection(node) && node.flow !== true && node.items.length > 0) return lastEnd(node)
  return isNode(node) ? (node.range?.[1] ?? 0) : 0
}

function preferSingleQuotes(scalar: Scalar): void {
  if (scalar.type !== Scalar.QUOTE_DOUBLE || typeof scalar.value !== 'string') return
  // What needs an escape, or would be harder to read with doubled quotes, stays as it is.
  const plain = JSON.stringify(scalar.value) === `"${scalar.value}"`
  if (plain && !scalar.value.includes("'") && scalar.value.search(INVISIBLE) === -1) {
    scalar.type = Scalar.QUOTE_SINGLE
  }
}

/** Whether a flow collection had to be written as a block, since it reached beyond the width or over several lines. */
function openLong(
  document: Document,
  { text, comments }: { text: string; comments: ReadonlyMap<unknown, FlowComments> },
): boolean {
  const printed = flowCollections(parseDocument(text))
  const own = flowCollections(document)
  let opened = false
  for (const [i, { node }] of printed.entries()) {
    const [start, end] = node.range ?? [0, 0]
    const lineStart = text.lastIndexOf('\n', start) + 1
    const fits = end - lineStart <= WIDTH && !text.slice(start, end).includes('\n')
    const original = own[i]
    // Inside of a collection that is opened now, the next pass decides.
    if (fits || original?.outer !== null || original.node.items.length === 0) continue
    open(original.node, comments.get(original.node))
    opened = true
  }
  return opened
}

/** Behind a bracket a comment speaks of the whole; behind a block it would speak of its end. */
function open(node: YAMLMap | YAMLSeq, comments: FlowComments | undefined): void {
  node.flow = false
  const before = [node.commentBefore, comments?.before].filter((comment) => typeof comment === 'string')
  node.commentBefore = before.length === 0 ? null : before.join('\n')
  node.comment = comments?.end ?? null
}

interface Flow {
  node: YAMLMap | YAMLSeq
  /** The flow collection around it. */
  outer: Node | null
}

function flowCollections(document: Document): Flow[] {
  const found: Flow[] = []
  visit(document, {
    Collection(_, node, path) {
      if (node.flow !== true) return
      const outer = path.findLast((parent) => isCollection(parent) && parent.flow === true)
      found.push({ node, outer: isNode(outer) ? outer : null })
    },
  })
  return found
}
