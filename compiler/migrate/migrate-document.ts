/**
 * A `policy.yaml` in an older version → the current one, comments kept.
 *
 * Version 1 tried the targets of a model in the order in which they stood; version 2 takes them for equals that take
 * turns, unless `balance` says otherwise.
 */
import { isMap, isScalar, isSeq, type Document, type YAMLMap } from 'yaml'
import { CURRENT_VERSION } from '../validate/judge-version.ts'

/** The version that a document names; null when it names none. */
export function versionOf(document: Document): unknown {
  return isMap(document.contents) ? (document.contents.get('version') ?? null) : null
}

/** Changes `document`, which is in version 1. */
export function migrateDocument(document: Document): void {
  const { contents } = document
  if (!isMap(contents)) return
  const models: unknown = contents.get('models')
  if (isMap(models)) {
    for (const { value } of models.items) if (isMap(value)) keepOrder(document, value)
  }
  if (contents.has('version')) contents.set('version', CURRENT_VERSION)
  else putVersionOnTop(document, contents)
}

/** Below the file's own comment: that is all before the first key, but for a last paragraph, which speaks of the key. */
function putVersionOnTop(document: Document, contents: YAMLMap): void {
  const first = contents.items[0]?.key
  contents.items.unshift(document.createPair('version', CURRENT_VERSION))
  if (!isScalar(first) || typeof first.commentBefore !== 'string') return
  const paragraphs = first.commentBefore.split(/\n\n+/)
  first.commentBefore = paragraphs.length > 1 ? (paragraphs.pop() ?? null) : null
  document.commentBefore = paragraphs.join('\n\n')
}

/** One target alone has no order to keep. */
function keepOrder(document: Document, model: YAMLMap): void {
  const targets: unknown = model.get('targets')
  if (!isSeq(targets) || targets.items.length < 2 || model.has('balance')) return
  const at = model.items.findIndex(({ key }) => isScalar(key) && key.value === 'targets')
  model.items.splice(at + 1, 0, document.createPair('balance', 'ordered'))
}
