/**
 * From a path of keys to the range of text that shows it.
 */
import { isAlias, isMap, isNode, isScalar, isSeq, type Document } from 'yaml'
import type { Span } from '../diagnostics/span.ts'
import type { LoadedFile, Prefer } from './loaded-policy.ts'

export interface Located {
  span: Span
  /** The part of the path that is not in the document; the span is then that of the deepest part that is. */
  missing: readonly PropertyKey[]
}

/**
 * Walks the document itself, since `getIn` knows neither keys nor aliases.
 * A path through an alias ends at the anchor's text.
 */
export function locate(file: LoadedFile, path: readonly PropertyKey[], prefer: Prefer): Located {
  const { document } = file
  let value: unknown = document.contents
  let key: unknown = value
  for (const [i, segment] of path.entries()) {
    const [nextKey, nextValue] = step(document, value, segment)
    if (nextKey === undefined) {
      return { span: spanOf(file, i === 0 ? undefined : key), missing: path.slice(i) }
    }
    value = nextValue ?? nextKey
    key = nextKey
  }
  const span = spanOf(file, prefer === 'key' ? key : value)
  return { span: prefer === 'key' || prefer === 'value' ? span : half(file, span, prefer), missing: [] }
}

/** One side of the only slash in a scalar, without quotes. */
function half({ text }: LoadedFile, span: Span, side: 'before-slash' | 'after-slash'): Span {
  const raw = text.slice(span.start, span.end)
  const slash = raw.indexOf('/')
  if (slash === -1) return span
  const quotes = /^['"]/.test(raw) ? 1 : 0
  return side === 'before-slash'
    ? { ...span, start: span.start + quotes, end: span.start + slash }
    : { ...span, start: span.start + slash + 1, end: span.end - quotes }
}

/** The key and value nodes one segment further down; of a list entry both are the entry. */
function step(document: Document, parent: unknown, segment: PropertyKey): [key: unknown, value: unknown] {
  const node = isAlias(parent) ? parent.resolve(document) : parent
  if (isMap(node)) {
    const pair = node.items.find((item) => isScalar(item.key) && item.key.value === segment)
    return [pair?.key, pair?.value]
  }
  if (isSeq(node) && typeof segment === 'number') {
    const item = node.items[segment]
    return [item, item]
  }
  return [undefined, undefined]
}

/** The whole document is no place to point at: its first line stands for it. */
function spanOf({ path, text }: LoadedFile, node: unknown): Span {
  if (!isNode(node) || !node.range) return { file: path, start: 0, end: 0 }
  const [start, end] = node.range
  return { file: path, start, end: start + text.slice(start, end).trimEnd().length }
}
