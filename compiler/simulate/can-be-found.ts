/**
 * Whether an allowed value is anything that the policy's detectors find. Many things are found only where the words
 * around them say what they are, so it is put behind each of those.
 */
import type { RouteTable } from '../../src/table/route-table.ts'
import { scanText } from './scan-text.ts'

/** What numbers are called that are found by their names only. */
const NAMES = [
  'phone, card, born, ssn, social insurance, nhs, tax id, bsn, pesel, cpr personnummer, fodselsnummer, nif, aadhaar, cpf',
  'tfn, identity id, driver license, passport, pps',
]

/** Words before a value, and what closes it. */
const PLACES: readonly (readonly [before: string, after: string])[] = [
  ['', ''],
  ['password = "', '"'],
  ['api_key: ', ''],
  ['Authorization: Bearer ', ''],
  ['https://user:', '@host.example/'],
  ['curl -u user:', ''],
  ...NAMES.flatMap((names) => names.split(', ')).map((name) => [`${name} `, ''] as const),
]

/** @param table its guard allows the value */
export function canBeFound(value: string, table: RouteTable): boolean {
  return PLACES.some(([before, after]) =>
    scanText(before + value + after, table).passedOver.some(({ why }) => why === 'allowed'),
  )
}
