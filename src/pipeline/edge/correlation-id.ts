/** One id per request: taken from the caller when it is safe to log and forward, else made. */

const SANE = /^[A-Za-z0-9._:-]{1,128}$/

export function correlationId(header: string | null): string {
  return header !== null && SANE.test(header) ? header : crypto.randomUUID()
}
