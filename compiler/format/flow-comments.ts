/**
 * Comments between the last entry of a flow collection and its bracket. The library joins them with what stands behind
 * the bracket, but they speak of the last entry, or of the end; what is behind speaks of the whole.
 */
import { isAlias, isCollection, isPair, isScalar, type Node, type YAMLMap, type YAMLSeq } from 'yaml'

/** What becomes of a collection's comments when it is opened to a block; null = there is none. */
export interface FlowComments {
  /** Stands before the block. */
  before: string | null
  /** Stands at its end. */
  end: string | null
}

/**
 * Hands a comment on the last entry's line to that entry, and tells the other comments apart.
 * @param end where the text of the last entry ends in `source`
 */
export function partComments(node: YAMLMap | YAMLSeq, source: string, end: number): FlowComments {
  const [, bracket = 0, behindEnd = 0] = node.range ?? []
  const within = source.slice(end, bracket)
  const last = lastNode(node)
  // Without a comma in between, the library has given it to the entry already.
  const inner = commentsIn(within).slice(last?.comment?.split('\n').length ?? 0)
  if (inner.length === 0) return { before: node.comment ?? null, end: null }
  if (last !== null && !last.comment && /^[ \t,]*#/.test(within)) last.comment = inner.shift() ?? null
  const behind = commentsIn(source.slice(bracket, behindEnd))
  // Until the collection is opened they stay where they were: without them it could fit into one line.
  node.comment = joined([...inner, ...behind])
  return { before: joined(behind), end: joined(inner) }
}

/** Of a text that holds nothing else but commas, brackets and space. */
function commentsIn(text: string): string[] {
  return [...text.matchAll(/#([^\r\n]*)/g)].map(([, comment = '']) => comment)
}

function joined(comments: readonly string[]): string | null {
  return comments.length === 0 ? null : comments.join('\n')
}

/** Null where a comment would not stay on its line. */
function lastNode({ items }: YAMLMap | YAMLSeq): Node | null {
  const item = items.at(-1)
  const node = isPair(item) ? item.value : item
  return isScalar(node) || isAlias(node) || isCollection(node) ? node : null
}
