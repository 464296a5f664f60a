import { notTranslatable } from '../refuse.ts'

/**
 * State at the backend: chat is told everything anew with each request.
 * @throws GatewayError not_translatable (400)
 */
export function refuseState(body: Readonly<Record<string, unknown>>): void {
  for (const [field, cure] of STATE) {
    const value = body[field]
    if (value === undefined || value === null || value === false) continue
    throw notTranslatable(
      field,
      `No backend of this model keeps state, so \`${field}\` cannot be served: ${cure}`,
    )
  }
}

const STATE: readonly (readonly [field: string, cure: string])[] = [
  [
    'previous_response_id',
    'send the whole conversation in `input`, with the output items of earlier answers.',
  ],
  ['conversation', 'send the whole conversation in `input`.'],
  ['prompt', 'send the text of the prompt in `instructions` or `input`.'],
  ['background', 'leave it out, and stream the answer if it takes long.'],
]
