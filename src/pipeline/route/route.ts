/** The route stage: facts of the request, decide(), and the refusal in words when it says no. */
import { GatewayError } from '../../errors.ts'
import type { ModelRequest } from '../../protocols/model-request.ts'
import { decide, lookup } from '../../table/decide.ts'
import type { Model, RouteTable, Surface } from '../../table/route-table.ts'

export interface RouteInput {
  client: string
  surface: Surface
  request: ModelRequest
}

/** @throws GatewayError model_not_found (404), model_not_allowed (403) */
export function route(table: RouteTable, input: RouteInput): { modelName: string; model: Model } {
  const { client, surface, request } = input
  const decision = decide({ client, surface, model: request.model, stream: request.stream }, table)
  if (decision.kind === 'refuse') {
    throw decision.reason === 'unknown-model'
      ? modelNotFound(request.model)
      : new GatewayError('model_not_allowed', 'This key may not use that model.', { param: 'model' })
  }
  const model = lookup(table.models, decision.model)
  if (model === undefined) throw new Error(`the table has no model ${decision.model}`)
  return { modelName: decision.model, model: { ...model, targets: [...decision.targets] } }
}

/** Long names are cut: the answer must not be a mirror. */
export function modelNotFound(name: string): GatewayError {
  const shown = name.length > 64 ? `${name.slice(0, 64)}…` : name
  return new GatewayError('model_not_found', `The model \`${shown}\` does not exist here.`, {
    param: 'model',
  })
}
