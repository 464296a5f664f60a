/**
 * An id of the gateway's own: a UUID of version 7 (RFC 9562), so that ids in the order in which they were made stand next
 * to each other. The database's index of records grows at its end then; with random ids each record wrote a page of it.
 */
export function newId(): string {
  const time = Date.now().toString(16).padStart(12, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-7${crypto.randomUUID().slice(15)}`
}
