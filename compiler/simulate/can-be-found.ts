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
type Place = readonly [before: string, after: string]

const NUMBER_PLACES: readonly Place[] = [
  ['', ''],
  ...NAMES.flatMap((names) => names.split(', ')).map((name): Place => [`${name} `, '']),
]

const SECRET_PLACES: readonly Place[] = [
  ['password = "', '"'],
  ['api_key: ', ''],
  ['Authorization: Bearer ', ''],
  ['https://user:', '@host.example/'],
  ['curl -u user:', ''],
]

/** @param table its guard allows the value */
export function canBeFound(value: string, table: RouteTable): boolean {
  // In a URL nearly every word is a password; what is no word was meant for a number or an address.
  const isWord = /[A-Za-z]/.test(value) && !/[\s@]/.test(value)
  return [...NUMBER_PLACES, ...(isWord ? SECRET_PLACES : [])].some(([before, after]) =>
    scanText(before + value + after, table).passedOver.some(({ why }) => why === 'allowed'),
  )
}
