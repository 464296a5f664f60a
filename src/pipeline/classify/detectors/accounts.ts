/** International bank account numbers. */
import { addToMod97 } from './checksums.ts'

/** At the beginning of a word; what follows the number may match too, hence the length by country. */
export const IBAN: RegExp = /[A-Za-z]{2}\d{2}(?:(?: {1,2}|\.)?[A-Za-z0-9]){11,30}(?![A-Za-z0-9])/y

/** Length of IBANs by country, for those that are met; others are judged by their checksum alone. */
const LENGTHS: Readonly<Record<string, number>> = Object.fromEntries(
  (
    'AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BR29 CH21 CR22 CY28 CZ24 DE22 DK18 EE20 EG29 ES24 FI18 FO18 FR27 ' +
    'GB22 GE22 GI23 GL18 GR27 HR21 HU28 IE22 IL23 IS26 IT27 JO30 KW30 KZ20 LB28 LI21 LT20 LU20 LV21 MC27 MD24 ME22 ' +
    'MK19 MT31 NL18 NO15 PK24 PL28 PS29 PT25 QA29 RO24 RS22 SA24 SE24 SI19 SK24 SM27 TN24 TR26 UA29 XK20'
  )
    .split(' ')
    .map((entry) => [entry.slice(0, 2), Number(entry.slice(2))]),
)

/** @returns how many characters of `written`, which matches `IBAN`, are an account number; 0 for none */
export function ibanLength(written: string): number {
  const known = LENGTHS[written.slice(0, 2).toUpperCase()]
  if (known === undefined && /[a-z]/.test(written)) return 0
  let remainder = 0
  let seen = COUNTRY_AND_CHECK
  let end = COUNTRY_AND_CHECK
  for (; end < written.length && seen !== known; end += 1) {
    const code = written.charCodeAt(end)
    if (code === SPACE || code === DOT) continue
    remainder = addToMod97(remainder, code)
    seen += 1
  }
  if (known !== undefined && seen < known) return 0
  for (let i = 0; i < COUNTRY_AND_CHECK; i += 1) remainder = addToMod97(remainder, written.charCodeAt(i))
  return remainder === 1 ? end : 0
}

/** They stand first and are counted last. */
const COUNTRY_AND_CHECK = 4
const SPACE = 32
const DOT = 46
