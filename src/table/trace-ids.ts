/** Ids of traces and spans as W3C writes them. All follow from the record's, so that what is sent twice is the same. */

export interface TraceIds {
  /** 32 hexadecimal digits: the client's own trace, where it has one. */
  traceId: string
  /** Of the span of the request itself, 16 digits. */
  rootId: string
  /** The client's span; null = the request is where the trace begins. */
  parentId: string | null
}

/** @param id of the record, a UUID; @param parent `trace-span` of the client */
export function traceIds(id: string, parent: string | undefined): TraceIds {
  const own = id.replaceAll('-', '')
  const rootId = own.slice(16)
  if (parent === undefined) return { traceId: own, rootId, parentId: null }
  return { traceId: parent.slice(0, 32), rootId, parentId: parent.slice(33) }
}

/** @param place of an attempt among all of the request's, from 1 */
export function childSpanId(rootId: string, place: number): string {
  const last = (Number.parseInt(rootId.slice(-4), 16) + place) & 0xffff
  return rootId.slice(0, -4) + last.toString(16).padStart(4, '0')
}
