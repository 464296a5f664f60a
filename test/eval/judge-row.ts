/** What the classify stage says of one text, sent as a user's turn with all guards on. */
import { classify, type Classified } from '../../src/pipeline/classify/classify.ts'
import { parseModelRequest } from '../../src/protocols/model-request.ts'
import type { RouteTable } from '../../src/table/route-table.ts'
import { makeInjection, makePrivacy, makeRuledTable } from '../src/make-policy.ts'

const base = makeRuledTable([])
const table: RouteTable = {
  ...base,
  classify: {
    ...base.classify,
    privacy: makePrivacy(),
    injection: makeInjection(),
  },
}

export function judgeRow(text: string): Classified {
  const body = { model: 'auto', messages: [{ role: 'user', content: text }] }
  const request = parseModelRequest(new TextEncoder().encode(JSON.stringify(body)))
  return classify(request, { client: 'crew', surface: 'chat', table, headers: {} })
}
