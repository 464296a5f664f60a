/**
 * The request's header fields that the edge looks at, read in one pass: on workerd every look into Headers
 * crosses into C++, and a request is judged by a dozen of them.
 */
export interface RequestHead {
  host: string | null
  authorization: string | null
  origin: string | null
  correlationId: string | null
  contentType: string | null
  contentLength: string | null
  contentEncoding: string | null
  transferEncoding: string | null
  /** Fields, equal names counted once. */
  count: number
  /** Size of the block on the wire. */
  bytes: number
}

/** Bytes that a field costs on the wire besides name and value: `: ` and CRLF. */
const FIELD_OVERHEAD = 4

export function readHead(headers: Headers): RequestHead {
  const head: RequestHead = {
    host: null,
    authorization: null,
    origin: null,
    correlationId: null,
    contentType: null,
    contentLength: null,
    contentEncoding: null,
    transferEncoding: null,
    count: 0,
    bytes: 0,
  }
  // oxlint-disable-next-line unicorn/no-array-for-each -- Headers is no array, and its iterator makes two objects a field
  headers.forEach((value, name) => {
    head.count += 1
    head.bytes += name.length + value.length + FIELD_OVERHEAD
    switch (name) {
      case 'host':
        head.host = value
        break
      case 'authorization':
        head.authorization = value
        break
      case 'origin':
        head.origin = value
        break
      case 'x-correlation-id':
        head.correlationId = value
        break
      case 'content-type':
        head.contentType = value
        break
      case 'content-length':
        head.contentLength = value
        break
      case 'content-encoding':
        head.contentEncoding = value
        break
      case 'transfer-encoding':
        head.transferEncoding = value
        break
      default:
    }
  })
  return head
}
