/** The request's body as a model request: checks of the representation, then size, time, and JSON. */
import { GatewayError } from '../../errors.ts'
import { type ModelRequest, parseModelRequest } from '../../protocols/model-request.ts'
import type { CheckBody } from './verify-signature.ts'
import { readBody, type BodyBounds } from './read-body.ts'
import type { RequestHead } from './request-head.ts'

const JSON_TYPE = /^application\/(?:[a-z0-9.-]+\+)?json(?:\s*;|\s*$)/i

/** @throws GatewayError unsupported_media_type, unsupported_encoding (415), and those of reading, checking and parsing */
export async function readJsonBody(
  request: Request,
  head: RequestHead,
  bounds: BodyBounds & { checkBody?: CheckBody | undefined },
): Promise<ModelRequest> {
  if (!JSON_TYPE.test(head.contentType ?? '')) {
    throw new GatewayError('unsupported_media_type', 'Send the body as `content-type: application/json`.')
  }
  const encoding = head.contentEncoding
  if (encoding !== null && encoding.toLowerCase() !== 'identity') {
    throw new GatewayError('unsupported_encoding', 'Send the body without `content-encoding`.')
  }
  const body = await readBody(request, head, bounds)
  // Before anything is made of it: whoever cannot sign gets nothing parsed.
  await bounds.checkBody?.(body)
  return parseModelRequest(body)
}
