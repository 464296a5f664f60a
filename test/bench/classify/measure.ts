/** The work of the bench, the same on every engine. */
import { classify } from '../../../src/pipeline/classify/classify.ts'
import { judgeInjection } from '../../../src/pipeline/classify/injection.ts'
import { scanPrivacy } from '../../../src/pipeline/classify/scan-privacy.ts'
import { type ModelRequest, parseModelRequest } from '../../../src/protocols/model-request.ts'
import { textParts } from '../../../src/protocols/text-parts.ts'
import type { RouteTable } from '../../../src/table/route-table.ts'

/** Plain data, so that it can be sent to an engine in another process. */
export interface Job {
  work: 'all' | 'privacy' | 'injection'
  /** With both guards. */
  table: RouteTable
  text: string
}

/** @returns one call of the work; two texts take turns, or what is remembered of the last one would spare half of it */
export function prepareWork({ work, table, text }: Job): () => unknown {
  const calls = [text, `${text}.`].map((each) => prepareCall({ work, table, text: each }))
  let count = 0
  return () => calls[count++ % 2]?.()
}

function prepareCall({ work, table, text }: Job): () => unknown {
  const request = requestWith(text)
  if (work === 'all') return () => classifyAll(request, table)
  const { parts } = textParts(request.body.value, 'chat')
  if (work === 'privacy') return () => scanPrivacy({ parts }, { images: false, opaque: false }, { table })
  const thresholds = table.classify.injection?.thresholds ?? { user: 1, tool: 1, document: 1 }
  return () => judgeInjection(parts, { thresholds }, request.body.text.length)
}

export function classifyAll(request: ModelRequest, table: RouteTable): ReturnType<typeof classify> {
  return classify(request, { client: 'crew', surface: 'chat', table, headers: {} })
}

export function requestWith(text: string): ModelRequest {
  const body = { model: 'auto', messages: [{ role: 'user', content: text }] }
  return parseModelRequest(new TextEncoder().encode(JSON.stringify(body)))
}
