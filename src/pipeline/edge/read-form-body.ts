/** The request's body as a model request, where the operation takes a form. */
import { GatewayError } from '../../errors.ts'
import { boundaryOf } from '../../protocols/form-body.ts'
import { parseFormRequest } from '../../protocols/form-request.ts'
import type { ModelRequest } from '../../protocols/model-request.ts'
import { type CheckedBounds, refuseEncoding } from './read-json-body.ts'
import { readBody } from './read-body.ts'
import type { RequestHead } from './request-head.ts'

/** @throws GatewayError unsupported_media_type, unsupported_encoding (415), and those of reading, checking and parsing */
export async function readFormBody(
  request: Request,
  head: RequestHead,
  bounds: CheckedBounds,
): Promise<ModelRequest> {
  const boundary = boundaryOf(head.contentType)
  if (boundary === null) {
    throw new GatewayError('unsupported_media_type', 'Send the body as `content-type: multipart/form-data`.')
  }
  refuseEncoding(head)
  const body = await readBody(request, head, bounds)
  await bounds.checkBody?.(body)
  return parseFormRequest(body, boundary, bounds.defaultModel)
}
