/** The request's body as a model request: checks of the representation, then size, time, and JSON. */
import { GatewayError } from '../../errors.ts'
import { type ModelRequest, parseModelRequest } from '../../protocols/model-request.ts'
import type { CheckBody } from './verify-signature.ts'
import { readBody, type BodyBounds } from './read-body.ts'
import type { RequestHead } from './request-head.ts'

const JSON_TYPE = /^application\/(?:[a-z0-9.-]+\+)?json(?:\s*;|\s*$)/i

export interface CheckedBounds extends BodyBounds {
  /** Throws for a body that is not signed as it must be. */
  checkBody?: CheckBody | undefined
  /** What is asked for where the body names no model. */
  defaultModel?: string | undefined
}

/** @throws GatewayError unsupported_media_type, unsupported_encoding (415), and those of reading, checking and parsing */
export async function readJsonBody(
  request: Request,
  head: RequestHead,
  bounds: CheckedBounds,
): Promise<ModelRequest> {
  if (!JSON_TYPE.test(head.contentType ?? '')) {
    throw new GatewayError('unsupported_media_type', 'Send the body as `content-type: application/json`.')
  }
  refuseEncoding(head)
  const body = await readBody(request, head, bounds)
  // Before anything is made of it: whoever cannot sign gets nothing parsed.
  await bounds.checkBody?.(body)
  return parseModelRequest(body, bounds.defaultModel)
}

/** @throws GatewayError unsupported_encoding (415) */
export function refuseEncoding({ contentEncoding: encoding }: RequestHead): void {
  if (encoding !== null && encoding.toLowerCase() !== 'identity') {
    throw new GatewayError('unsupported_encoding', 'Send the body without `content-encoding`.')
  }
}
