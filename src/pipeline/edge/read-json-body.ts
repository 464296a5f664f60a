/** The request's body as a model request: checks of the representation, then size, time, and JSON. */
import { GatewayError } from '../../errors.ts'
import { type ModelRequest, parseModelRequest } from '../../protocols/model-request.ts'
import type { Limits } from '../../table/route-table.ts'
import type { Watch } from '../watch.ts'
import { readBody } from './read-body.ts'

const JSON_TYPE = /^application\/(?:[a-z0-9.-]+\+)?json(?:\s*;|\s*$)/i

/** @throws GatewayError unsupported_media_type, unsupported_encoding (415), and those of reading and parsing */
export async function readJsonBody(request: Request, limits: Limits, watch: Watch): Promise<ModelRequest> {
  if (!JSON_TYPE.test(request.headers.get('content-type') ?? '')) {
    throw new GatewayError('unsupported_media_type', 'Send the body as `content-type: application/json`.')
  }
  const encoding = request.headers.get('content-encoding')
  if (encoding !== null && encoding.toLowerCase() !== 'identity') {
    throw new GatewayError('unsupported_encoding', 'Send the body without `content-encoding`.')
  }
  return parseModelRequest(await readBody(request, limits, watch))
}
