/** Bounds the request's header block; workerd itself takes 400 KiB and thousands of fields. */
import { GatewayError } from '../../errors.ts'
import type { Limits } from '../../table/route-table.ts'

/** Bytes that a field costs on the wire besides name and value: `: ` and CRLF. */
const FIELD_OVERHEAD = 4

/** @throws GatewayError headers_too_large (431) */
export function capHeaders(headers: Headers, limits: Pick<Limits, 'headerBytes' | 'headerCount'>): void {
  let bytes = 0
  let count = 0
  // oxlint-disable-next-line unicorn/no-array-for-each -- Headers is no array, and its iterator makes two objects a field
  headers.forEach((value, name) => {
    bytes += name.length + value.length + FIELD_OVERHEAD
    count += 1
  })
  if (count > limits.headerCount || bytes > limits.headerBytes) {
    throw new GatewayError(
      'headers_too_large',
      `The request has ${count} headers of ${bytes} bytes; at most ${limits.headerCount} and ${limits.headerBytes} bytes are taken.`,
    )
  }
}
