/** Bounds the request's header block; workerd itself takes 400 KiB and thousands of fields. */
import { GatewayError } from '../../errors.ts'
import type { Limits } from '../../table/front-policy.ts'
import type { RequestHead } from './request-head.ts'

/** @throws GatewayError headers_too_large (431) */
export function capHeaders(head: RequestHead, limits: Pick<Limits, 'headerBytes' | 'headerCount'>): void {
  const { bytes, count } = head
  if (count > limits.headerCount || bytes > limits.headerBytes) {
    throw new GatewayError(
      'headers_too_large',
      `The request has ${count} headers of ${bytes} bytes; at most ${limits.headerCount} and ${limits.headerBytes} bytes are taken.`,
    )
  }
}
