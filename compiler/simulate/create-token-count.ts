/**
 * How many tokens the edge takes a request for, whether its policy asks or not.
 */
import { parseModelRequest } from '../../src/protocols/model-request.ts'
import { classify } from '../../src/pipeline/classify/classify.ts'
import type { RouteTable, Surface } from '../../src/table/route-table.ts'

/** @returns body of a request → estimated tokens; throws GatewayError for a body that the edge refuses to read */
export function createTokenCount(table: RouteTable, surface: Surface): (body: string) => number {
  const counting: RouteTable = {
    ...table,
    classify: { ...table.classify, privacy: null, injection: null },
    texts: [],
    needs: { headers: [], text: true, complexity: false, time: false },
  }
  return (body) => {
    const request = parseModelRequest(new TextEncoder().encode(body), table.defaultModels?.[surface])
    return classify(request, { client: '', surface, table: counting, headers: {} }).facts.tokens
  }
}
