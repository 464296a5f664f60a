/**
 * Which requests have failed, asked alike wherever they are counted. A client that hung up before the end is neither a
 * success nor a failure: people press Stop, and agents drop what they need no more.
 */
import type { ErrorCode } from '../errors.ts'
import type { PackedValue } from '../table/packed-records.ts'

const GONE = 'client_gone' satisfies ErrorCode

/** For a WHERE or a sum over records. */
export const FAILED_SQL: string = `(error IS NOT NULL AND error <> '${GONE}')`
export const GONE_SQL: string = `(error IS '${GONE}')`

/** @param error of a record: its code, or null where all was well */
export function isGone(error: PackedValue): boolean {
  return error === GONE
}
