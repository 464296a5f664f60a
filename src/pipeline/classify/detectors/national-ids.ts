/**
 * Numbers that states give to people. Those with strong check digits or a telling shape are found wherever they stand,
 * the others where the words around them say what they are. To add one: a row.
 */
import { isDay, mod97, passesLuhn, passesMod11And10, passesVerhoeff, weigh } from './checksums.ts'

export interface NumberId {
  kind: string
  /** How many digits it has. */
  digits: number
  /** How it is written, whole. */
  written: RegExp
  valid: (digits: string) => boolean
  /** What must be said around it; null = it speaks for itself. */
  context: RegExp | null
}

const always = (): boolean => true

export const NUMBER_IDS: readonly NumberId[] = [
  { kind: 'ssn', digits: 9, written: /^\d{3}-\d{2}-\d{4}$/, valid: isSsn, context: null },
  {
    kind: 'ssn',
    digits: 9,
    written: /^\d{3}[ -]?\d{2}[ -]?\d{4}$/,
    valid: isSsn,
    context: /\bssn\b|social security/i,
  },
  { kind: 'itin', digits: 9, written: /^9\d{2}-[5-9]\d-\d{4}$/, valid: always, context: null },
  {
    kind: 'sin',
    digits: 9,
    written: /^\d{3}[ -]?\d{3}[ -]?\d{3}$/,
    valid: (digits) => passesLuhn(digits),
    context: /\bsin\b|social insurance|assurance sociale/i,
  },
  {
    kind: 'nhs-number',
    digits: 10,
    written: /^\d{3}[ -]?\d{3}[ -]?\d{4}$/,
    valid: (digits) =>
      (11 - (weigh(digits, [10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 11 === Number(digits.at(-1)),
    context: /\bnhs\b|national health/i,
  },
  {
    kind: 'tax-id',
    digits: 11,
    written: /^\d{2} ?\d{3} ?\d{3} ?\d{3}$/,
    valid: (digits) => !digits.startsWith('0') && passesMod11And10(digits),
    context: /steuer|idnr|\btin\b|tax[ -]?(?:id|number)/i,
  },
  {
    kind: 'nir',
    digits: 15,
    written: /^[12] ?\d{2} ?\d{2} ?\d{2} ?\d{3} ?\d{3} ?\d{2}$/,
    valid: (digits) => 97 - (Number(digits.slice(0, 13)) % 97) === Number(digits.slice(13)),
    context: null,
  },
  {
    kind: 'bsn',
    digits: 9,
    written: /^\d{4}[ .]?\d{2}[ .]?\d{3}$/,
    valid: (digits) => weigh(digits, [9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11 === 0,
    context: /\bbsn\b|burgerservice|sofinummer/i,
  },
  {
    kind: 'rijksregister',
    digits: 11,
    written: /^\d{2}\.\d{2}\.\d{2}-\d{3}\.\d{2}$/,
    valid: (digits) =>
      [digits.slice(0, 9), `2${digits.slice(0, 9)}`].some((n) => 97 - mod97(n) === Number(digits.slice(9))),
    context: null,
  },
  {
    kind: 'pesel',
    digits: 11,
    written: /^\d{11}$/,
    valid: (digits) => weigh(digits, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]) % 10 === 0,
    context: /pesel/i,
  },
  {
    kind: 'personnummer',
    digits: 10,
    written: /^\d{6}[-+]\d{4}$/,
    valid: (digits) => isDay(digits.slice(2, 4), digits.slice(4, 6)) && passesLuhn(digits),
    context: null,
  },
  {
    kind: 'cpr',
    digits: 10,
    written: /^\d{6}-?\d{4}$/,
    valid: (digits) => isDay(digits.slice(2, 4), digits.slice(0, 2)),
    context: /\bcpr\b|personnummer/i,
  },
  {
    kind: 'fodselsnummer',
    digits: 11,
    written: /^\d{6} ?\d{5}$/,
    valid: (digits) =>
      weigh(digits, [3, 7, 6, 1, 8, 9, 4, 5, 2, 1]) % 11 === 0 &&
      weigh(digits, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0,
    context: /f[øo]dselsnummer|personnummer/i,
  },
  {
    kind: 'nif',
    digits: 9,
    written: /^\d{3} ?\d{3} ?\d{3}$/,
    valid: (digits) => {
      const rest = weigh(digits, [9, 8, 7, 6, 5, 4, 3, 2]) % 11
      return (rest < 2 ? 0 : 11 - rest) === Number(digits.at(-1))
    },
    context: /\bnif\b|contribuinte/i,
  },
  {
    kind: 'ahv',
    digits: 13,
    written: /^756\.?\d{4}\.?\d{4}\.?\d{2}$/,
    valid: (digits) => weigh(digits, [1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1]) % 10 === 0,
    context: null,
  },
  {
    kind: 'aadhaar',
    digits: 12,
    written: /^[2-9]\d{3}([ -])\d{4}[ -]\d{4}$/,
    valid: passesVerhoeff,
    context: null,
  },
  {
    kind: 'aadhaar',
    digits: 12,
    written: /^[2-9]\d{11}$/,
    valid: passesVerhoeff,
    context: /aadha?ar|uidai/i,
  },
  { kind: 'cpf', digits: 11, written: /^\d{3}\.\d{3}\.\d{3}-\d{2}$/, valid: isCpf, context: null },
  { kind: 'cpf', digits: 11, written: /^\d{11}$/, valid: isCpf, context: /\bcpf\b/i },
  {
    kind: 'tfn',
    digits: 9,
    written: /^\d{3} ?\d{3} ?\d{3}$/,
    valid: (digits) => weigh(digits, [1, 4, 3, 7, 5, 8, 6, 9, 10]) % 11 === 0,
    context: /\btfn\b|tax file/i,
  },
  {
    kind: 'za-id',
    digits: 13,
    written: /^\d{6} ?\d{4} ?[01]\d{2}$/,
    valid: (digits) => isDay(digits.slice(2, 4), digits.slice(4, 6)) && passesLuhn(digits),
    context: /\bid\b|identity/i,
  },
  {
    kind: 'rrn',
    digits: 13,
    written: /^\d{6}-[1-8]\d{6}$/,
    valid: (digits) => isDay(digits.slice(2, 4), digits.slice(4, 6)),
    context: null,
  },
  {
    kind: 'resident-id',
    digits: 18,
    written: /^\d{18}$/,
    valid: (digits) =>
      /^[1-9]\d{5}(?:19|20)/.test(digits) &&
      isDay(digits.slice(10, 12), digits.slice(12, 14)) &&
      weigh(digits, [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2, 1]) % 11 === 1,
    context: null,
  },
  {
    kind: 'driver-license',
    digits: 7,
    written: /^\d{7}$/,
    valid: always,
    context: /driv(?:er'?s?|ing) licen[cs]e|f[üu]hrerschein/i,
  },
  { kind: 'passport', digits: 9, written: /^\d{9}$/, valid: always, context: /passport|reisepass/i },
]

function isSsn(digits: string): boolean {
  return !/^(?:000|666|9)/.test(digits) && !/^\d{3}00/.test(digits) && !digits.endsWith('0000')
}

function isCpf(digits: string): boolean {
  if (/^(\d)\1*$/.test(digits)) return false
  const check = (count: number): number => {
    const weights = Array.from({ length: count }, (_, place) => count + 1 - place)
    return ((weigh(digits, weights) * 10) % 11) % 10
  }
  return check(9) === Number(digits.charAt(9)) && check(10) === Number(digits.charAt(10))
}

/** Those with letters in them: tried where a word of letters and digits begins. */
export interface WordId {
  kind: string
  /** Fewest and most capital letters that it begins with, before a digit. */
  letters: readonly [number, number]
  /** Matches at the beginning of the word only. */
  written: RegExp
  valid: (written: string) => boolean
  context: RegExp | null
}

const DNI_LETTERS = 'TRWAGMYFPDXBNJZSQVHLCKE'
const HETU_CHARACTERS = '0123456789ABCDEFHJKLMNPRSTUVWXY'

export const WORD_IDS: readonly WordId[] = [
  {
    kind: 'nino',
    letters: [2, 2],
    written: /[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]\d{6}[A-D](?!\w)/y,
    valid: (id) => !/^(?:BG|GB|KN|NK|NT|TN|ZZ)/.test(id),
    context: null,
  },
  {
    kind: 'dni',
    letters: [0, 0],
    written: /\d{8}-?[A-Z](?!\w)/y,
    valid: (id) => isDni(id.replace('-', '')),
    context: null,
  },
  {
    kind: 'nie',
    letters: [1, 1],
    written: /[XYZ]-?\d{7}-?[A-Z](?!\w)/y,
    valid: (id) => isDni('XYZ'.indexOf(id.charAt(0)) + id.slice(1).replaceAll('-', '')),
    context: null,
  },
  {
    kind: 'codice-fiscale',
    letters: [6, 6],
    written: /[A-Z]{6}\d{2}[A-EHLMPRST]\d{2}[A-Z]\d{3}[A-Z](?!\w)/y,
    valid: isCodiceFiscale,
    context: null,
  },
  {
    kind: 'hetu',
    letters: [0, 0],
    written: /\d{6}[-+A]\d{3}[0-9A-Y](?!\w)/y,
    valid: (id) =>
      isDay(id.slice(2, 4), id.slice(0, 2)) &&
      HETU_CHARACTERS.charAt(Number(id.slice(0, 6) + id.slice(7, 10)) % 31) === id.charAt(10),
    context: null,
  },
  {
    kind: 'pps',
    letters: [0, 0],
    written: /\d{7}[A-W][A-IW]?(?!\w)/y,
    valid: (id) => {
      const second = id.charCodeAt(8) - 64
      const sum = weigh(id, [8, 7, 6, 5, 4, 3, 2]) + (second > 0 ? 9 * second : 0)
      return 'WABCDEFGHIJKLMNOPQRSTUV'.charAt(sum % 23) === id.charAt(7)
    },
    context: /\bpps|personal public/i,
  },
  {
    kind: 'pan',
    letters: [5, 5],
    written: /[A-Z]{3}[ABCFGHJLPT][A-Z]\d{4}[A-Z](?!\w)/y,
    valid: always,
    context: null,
  },
  {
    kind: 'curp',
    letters: [4, 4],
    written: /[A-Z]{4}\d{6}[HM][A-Z]{5}[A-Z0-9]\d(?!\w)/y,
    valid: always,
    context: null,
  },
  {
    kind: 'passport',
    letters: [1, 2],
    written: /[A-Z]{1,2}\d{6,8}(?!\w)/y,
    valid: always,
    context: /passport|reisepass/i,
  },
  {
    kind: 'driver-license',
    letters: [1, 3],
    written: /[A-Z]{1,3}\d{5,13}(?!\w)/y,
    valid: always,
    context: /driv(?:er'?s?|ing) licen[cs]e|f[üu]hrerschein/i,
  },
]

function isDni(id: string): boolean {
  return DNI_LETTERS.charAt(Number(id.slice(0, 8)) % 23) === id.charAt(8)
}

/** What a character counts for at odd places; at even ones it counts as it is. */
const ODD_PLACES = [
  1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23,
]

function isCodiceFiscale(id: string): boolean {
  let sum = 0
  for (let place = 0; place < 15; place += 1) {
    const value = Number.parseInt(id.charAt(place), 36)
    const plain = value > 9 ? value - 10 : value
    sum += place % 2 === 0 ? (ODD_PLACES[plain] ?? 0) : plain
  }
  return String.fromCharCode(65 + (sum % 26)) === id.charAt(15)
}
