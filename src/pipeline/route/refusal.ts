/** A refusal of decide() as the error that clients see. */
import { GatewayError } from '../../errors.ts'
import type { Refusal } from '../../table/decision.ts'
import type { Facts } from '../../table/facts.ts'

export function refusal(decision: Refusal, facts: Facts): GatewayError {
  switch (decision.reason) {
    case 'unknown-model':
      return modelNotFound(facts.model)
    case 'model-not-allowed':
      return new GatewayError('model_not_allowed', 'This key may not use that model.', { param: 'model' })
    case 'surface-not-served':
      return new GatewayError('surface_not_served', unserved(facts, decision.model), { param: 'model' })
    case 'state-not-kept':
      return new GatewayError(
        'state_not_kept',
        `No place that serves this model keeps what \`${decision.field}\` refers to: send the whole conversation.`,
        { param: decision.field },
      )
    case 'server-tool':
      return new GatewayError(
        'server_tool_not_allowed',
        `A backend may not run \`${decision.tool}\` for this request: it would send of it to others.`,
        { param: 'tools' },
      )
    case 'blocked':
      return new GatewayError('blocked_by_policy', decision.message, { status: decision.status })
    case 'injection':
      return new GatewayError('prompt_injection', 'The request looks like a prompt injection.')
    case 'images':
      return new GatewayError('images_not_allowed', 'Requests with images are not taken here.')
    case 'label-denied':
      return new GatewayError(
        'label_denied',
        `The request is \`${decision.label}\`, and no place that may see it serves this model.`,
      )
    case 'mode-denied':
      return new GatewayError('mode_denied', `The model is held back while \`${decision.mode}\` is on.`)
    case 'not-capable':
      break
  }
  return new GatewayError('not_capable', `No target of the model takes \`${decision.capability}\`.`)
}

function unserved({ model, surface }: Facts, goesTo: string | null): string {
  const asked = `\`${shortened(model)}\``
  if (goesTo === null) return `\`${surface}\` is not served here, by ${asked} or any other model.`
  // A wildcard's own name ends with what the client said in its place.
  const isItself = goesTo === model || goesTo.endsWith('*')
  const served = isItself ? `The model ${asked}` : `${asked} goes to \`${goesTo}\` here, which`
  return `${served} does not serve \`${surface}\`.`
}

/** Long names are cut: the answer must not be a mirror. */
export function modelNotFound(name: string): GatewayError {
  return new GatewayError('model_not_found', `The model \`${shortened(name)}\` does not exist here.`, {
    param: 'model',
  })
}

function shortened(name: string): string {
  return name.length > 64 ? `${name.slice(0, 64)}…` : name
}
