const SANE = /^[A-Za-z0-9._:-]{1,128}$/

/** The correlation id that a client gave, where it is safe to log and to forward; else null. */
export function givenId(header: string | null): string | null {
  return header !== null && SANE.test(header) ? header : null
}
