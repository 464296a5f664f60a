import { givenId } from '../../protocols/given-id.ts'
import { newId } from '../new-id.ts'

/** One id per request: taken from the caller when it is sane, else made. */
export function correlationId(header: string | null): string {
  return givenId(header) ?? newId()
}
