/** Who may speak to the admin API. */
import { createHash, timingSafeEqual } from 'node:crypto'
import { GatewayError } from '../errors.ts'

/** A page that a browser shows could rebind its name to this machine; its Host header still gives it away. */
const LOOPBACK_HOST = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i

export interface AdminHeaders {
  host: string | undefined
  authorization: string | undefined
}

/** @throws GatewayError for who may not */
export function checkAdmin({ host, authorization }: AdminHeaders, token: string): void {
  if (!LOOPBACK_HOST.test(host ?? '')) {
    throw new GatewayError('unknown_host', 'the admin API answers to loopback names only')
  }
  checkToken(authorization, token)
}

function checkToken(header: string | undefined, token: string): void {
  const shown = /^Bearer ([\x21-\x7e]+)$/i.exec(header ?? '')?.[1]
  if (shown === undefined) throw new GatewayError('missing_api_key', 'the admin token is missing')
  // Digests are of one length whatever was shown, as the comparison in constant time needs them.
  if (!timingSafeEqual(digest(shown), digest(token))) {
    throw new GatewayError('invalid_api_key', 'the admin token is wrong')
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
