/**
 * Refuses a body whose framing two servers could read differently: `gzip, chunked`, `chunked` twice.
 * Both runtimes serve some of these (RFC 9112 §6.1 lets a server refuse a coding it does not know).
 */
import { GatewayError } from '../../errors.ts'
import type { RequestHead } from './request-head.ts'

/** @throws GatewayError invalid_framing (400) */
export function checkFraming(head: RequestHead): void {
  const coding = head.transferEncoding
  if (coding === null || coding.toLowerCase() === 'chunked') return
  throw new GatewayError('invalid_framing', 'The only transfer coding taken is `chunked`, once.', {
    headers: { connection: 'close' },
  })
}
