/** What was probably meant by a value that is not written as it must be: units, spaces and marks put right. */
import { lookup } from '../../src/table/lookup.ts'

/** As people write units → as the language does. */
const UNITS: Readonly<Record<string, readonly string[]>> = {
  millisecond: ['ms'],
  msec: ['ms'],
  sec: ['s'],
  second: ['s'],
  m: ['min', 'm'],
  min: ['m', 'min'],
  minute: ['m', 'min'],
  hr: ['h'],
  hour: ['h'],
  d: ['day'],
  byte: ['B'],
  k: ['KiB'],
  kb: ['kB'],
  kib: ['KiB'],
  mb: ['MB'],
  mib: ['MiB'],
  gb: ['GB'],
  gib: ['GiB'],
}

/** A number, what multiplies it, and its unit. */
const AMOUNT = /^([0-9]+(?:\.[0-9]+)?(?:[kM](?=\/|per))?)(\/|per)?([A-Za-z]+)$/

/** @param pattern that it must match; undefined = none of what it may have meant does */
export function nearestFormat(written: string, pattern: RegExp): string | undefined {
  // Nobody writes more by mistake, and what follows looks at all of it several times.
  if (written.length > 200) return undefined
  const tight = written.replaceAll(/\s+/g, '')
  const dashed = asName(written)
  const candidates = [written.trim(), ...withUnits(tight), dashed, dashed.replaceAll('-', '_'), tight]
  return candidates.find((candidate) => candidate !== written && pattern.test(candidate))
}

function withUnits(text: string): string[] {
  const [, amount, per, unit] = AMOUNT.exec(text) ?? []
  if (amount === undefined || unit === undefined) return []
  const small = unit.toLowerCase()
  const one = small.replace(/s$/, '')
  const known = lookup(UNITS, small) ?? lookup(UNITS, one) ?? [small, one]
  const between = per === undefined ? '' : '/'
  return known.map((right) => `${amount}${between}${right}`)
}

/** Letters without their accents; whatever else no name has becomes a dash. */
function asName(text: string): string {
  const plain = text.normalize('NFKD').replaceAll(/\p{M}/gu, '')
  if (!/^[ -~]+$/.test(plain)) return ''
  return plain.replaceAll(/[^A-Za-z0-9._:/-]+/g, '-').replaceAll(/^[^A-Za-z0-9]+|-+$/g, '')
}
