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

/** Columns that a flow collection may reach. */
const WIDTH = 110

/** Each pass opens at least one collection; nothing sensible nests so deep. */
const MAX_PASSES = 50

/** Formats what `parseDocument` made of `source`, without errors. Changes `document`. */
export function formatDocument(document: Document, source: string): string {
  visit(document, {
    Scalar: (_, scalar) => preferSingleQuotes(scalar),
    Collection: (_, collection) => keepBlankLine(collection, source),
  })
  let text = print(document)
  for (let pass = 0; pass < MAX_PASSES; pass++) {
    if (!openLong(document, text)) break
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
function keepBlankLine(node: YAMLMap | YAMLSeq, source: string): void {
  if (node.flow === true || typeof node.comment !== 'string' || node.comment.startsWith('\n')) return
  const last = node.items.at(-1)
  const end = endOf(isPair(last) ? (last.value ?? last.key) : last)
  if (/^[ \t]*(#[^\n]*)?\r?\n[ \t]*\r?\n/.test(source.slice(end))) node.comment = `\n${node.comment}`
}

/** Where a node's own text ends, without what is trailing. */
function endOf(node: unknown): number {
  if (!isNode(node)) return 0
  const last = isCollection(node) && node.flow !== true ? node.items.at(-1) : undefined
  if (last === undefined) return node.range?.[1] ?? 0
  return endOf(isPair(last) ? (last.value ?? last.key) : last)
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
function openLong(document: Document, text: string): boolean {
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
    open(original.node)
    opened = true
  }
  return opened
}

function open(node: YAMLMap | YAMLSeq): void {
  node.flow = false
  // Behind a bracket a comment speaks of the whole; behind a block it would speak of its end.
  if (node.comment === undefined || node.comment === null) return
  node.commentBefore = [node.commentBefore, node.comment].filter((comment) => comment).join('\n')
  node.comment = null
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
