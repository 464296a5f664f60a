/**
 * Private spans of many kinds, each unlike any other. Prefixes stand apart from what follows, so that no scanner of this
 * repository takes them for real.
 */
import { createDice, type Dice, DIGITS, LOWER, UPPER } from './dice.ts'

/** What the policy under test makes of a find. */
export type LabelName = 'private' | 'secret' | 'internal'

export interface Plant {
  kind: string
  /** What finds it: `secrets`, `pii` or the id of a pattern. */
  detector: string
  label: LabelName
  /** As it would be written, with the words that it needs around it. */
  text: string
  /** What nobody below the label's zone may ever see, each of eight and more letters and digits. */
  cores: readonly string[]
  /** One word of the characters of names: it can be part of an id. */
  isName: boolean
}

interface Kind {
  detector: string
  label?: LabelName
  isName?: true
  /** A string is its own core. */
  make: (dice: Dice) => string | { text: string; cores: string[] }
}

const ALNUM = UPPER + LOWER + DIGITS

const KINDS: Readonly<Record<string, Kind>> = {
  email: {
    detector: 'pii',
    make: (dice) => {
      const name = `${dice.letters(5, LOWER)}.${dice.letters(6, LOWER)}${dice.letters(2, DIGITS)}`
      return { text: `${name}@mail.example.org`, cores: [name] }
    },
  },
  card: { detector: 'pii', make: (dice) => grouped(cardDigits(dice), 4, ' ') },
  'card-in-one': { detector: 'pii', isName: true, make: cardDigits },
  iban: { detector: 'pii', isName: true, make: (dice) => toIban(dice.letters(18, DIGITS)) },
  ssn: {
    detector: 'pii',
    isName: true,
    make: (dice) =>
      `${100 + dice.below(500)}-${dice.pick(['11', '23', '45'])}-${dice.letters(3, DIGITS)}${1 + dice.below(9)}`,
  },
  phone: { detector: 'pii', make: (dice) => `+49 30 ${1 + dice.below(9)}${dice.letters(7, DIGITS)}` },
  'birth-date': {
    detector: 'pii',
    make: (dice) => {
      const date = `${1930 + dice.below(70)}-${10 + dice.below(3)}-${10 + dice.below(18)}`
      return { text: `born on ${date}`, cores: [date] }
    },
  },
  'ip-address': {
    detector: 'pii',
    make: (dice) => `${dice.pick([81, 212, 188, 144])}.${octets(dice)}`,
  },
  github: {
    detector: 'secrets',
    isName: true,
    make: (dice) => marked('ghp', '_', dice.letters(35, ALNUM) + dice.below(10)),
  },
  'model-api': {
    detector: 'secrets',
    isName: true,
    make: (dice) => marked('sk-', 'proj-', dice.letters(30, ALNUM) + dice.below(10)),
  },
  aws: {
    detector: 'secrets',
    isName: true,
    make: (dice) => marked('AK', 'IA', dice.letters(15, UPPER + DIGITS) + dice.below(10)),
  },
  stripe: {
    detector: 'secrets',
    isName: true,
    make: (dice) => marked('sk_', 'live_', dice.letters(23, ALNUM) + dice.below(10)),
  },
  google: {
    detector: 'secrets',
    isName: true,
    make: (dice) => marked('AI', 'za', dice.letters(34, ALNUM) + dice.below(10)),
  },
  jwt: {
    detector: 'secrets',
    make: (dice) => {
      const [head, claims] = [{ alg: 'HS256', typ: 'JWT' }, { sub: dice.letters(24, ALNUM) }].map((part) =>
        Buffer.from(JSON.stringify(part)).toString('base64url'),
      )
      const signature = dice.letters(43, ALNUM)
      return { text: `${head}.${claims}.${signature}`, cores: [claims ?? '', signature] }
    },
  },
  'private-key': {
    detector: 'secrets',
    make: (dice) => {
      const lines = Array.from({ length: 3 }, () => dice.letters(64, ALNUM))
      const armour = (word: string): string => ['-----', word, ' PRIVATE', ' KEY-----'].join('')
      return { text: [armour('BEGIN'), ...lines, armour('END')].join('\n'), cores: lines }
    },
  },
  'url-password': {
    detector: 'secrets',
    make: (dice) => {
      const password = `${dice.letters(14, ALNUM)}${dice.below(10)}`
      return { text: `postgres://app:${password}@db.internal:5432/main`, cores: [password] }
    },
  },
  'assigned-password': {
    detector: 'secrets',
    make: (dice) => {
      const value = `${dice.letters(4, UPPER)}${dice.letters(5, LOWER)}7${dice.letters(4, DIGITS)}`
      return { text: `password: ${value}!`, cores: [value] }
    },
  },
  // Of all three sorts in turn: what chance makes is not always mixed enough to be told from a word.
  'random-token': {
    detector: 'secrets',
    make: (dice) =>
      Array.from({ length: 14 }, () => [LOWER, UPPER, DIGITS].map((of) => dice.letters(1, of)).join('')).join(
        '',
      ),
  },
  codename: {
    detector: 'codename',
    label: 'secret',
    isName: true,
    make: (dice) => marked('hermes', '-', dice.letters(12, LOWER)),
  },
  ticket: {
    detector: 'ticket',
    label: 'internal',
    isName: true,
    make: (dice) => marked('PRJ', '-', dice.letters(10, DIGITS)),
  },
  staff: {
    detector: 'staff',
    isName: true,
    make: (dice) => marked('STAFF', '-', withLuhn(dice.letters(11, DIGITS))),
  },
}

export const KIND_NAMES: readonly string[] = Object.keys(KINDS)

/** The patterns that the policy under test has for two of the kinds. */
export const PATTERNS: readonly { id: string; regex: string; label: LabelName }[] = [
  { id: 'codename', regex: '(?i)hermes-[a-z]{12}', label: 'secret' },
  { id: 'ticket', regex: 'PRJ-[0-9]{10}', label: 'internal' },
]

/** The detector of the pack that it has for the last kind. */
export const PACKED = {
  id: 'staff',
  regex: 'STAFF-(?<number>[0-9]{12})',
  group: 'number',
  check: 'luhn',
} as const

/** @param salt the same salt gives the same span */
export function plantOf(kind: string, salt: number): Plant {
  const entry = KINDS[kind]
  if (entry === undefined) throw new Error(`no kind ${kind}`)
  const { detector, label = 'private', isName = false, make } = entry
  const made = make(createDice(salt))
  const { text, cores } = typeof made === 'string' ? { text: made, cores: [made] } : made
  return { kind, detector, label, text, cores, isName }
}

/** A prefix tells nothing: what follows it is the secret. */
function marked(prefix: string, more: string, rest: string): { text: string; cores: string[] } {
  return { text: prefix + more + rest, cores: [rest] }
}

function octets(dice: Dice): string {
  return Array.from({ length: 3 }, () => 100 + dice.below(150)).join('.')
}

function grouped(digits: string, size: number, mark: string): string {
  return (digits.match(new RegExp(`.{1,${size}}`, 'g')) ?? []).join(mark)
}

function cardDigits(dice: Dice): string {
  return withLuhn(`4${dice.letters(14, DIGITS)}`)
}

/** With the check digit that Luhn's formula wants. */
function withLuhn(digits: string): string {
  const sum = Array.from(digits, Number).reduce((total, digit, i) => {
    const weighed = (digits.length - i) % 2 === 1 ? digit * 2 : digit
    return total + (weighed > 9 ? weighed - 9 : weighed)
  }, 0)
  return digits + String((10 - (sum % 10)) % 10)
}

/** A German account: its two check digits make the whole 1 modulo 97. */
function toIban(account: string): string {
  // D and E stand for 13 and 14.
  const check = 98n - (BigInt(`${account}131400`) % 97n)
  return `DE${String(check).padStart(2, '0')}${account}`
}
