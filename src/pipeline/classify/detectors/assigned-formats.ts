/**
 * Secrets by the name of what they are assigned to: in environment files, JSON, YAML, XML, code, command lines and
 * prose. What is assigned is judged by `checks.ts`, since most of it is none.
 */
import type { KeyFormat } from './key-format.ts'

const PASSWORDS = 'password passwd passwort passphrase pwd pass pw secret credential salt'.split(' ')
const TOKENS = 'token key api auth login cred access bearer license client_id clientid'.split(' ')

/** How a name ends, what assigns, and what opens a value. */
const REST = String.raw`(?<rest>[\w.-]{0,24})[\\"'${'`'}\]]{0,4}`
const OPERATOR = String.raw`(?<operator>\s{0,4}(?:=>|->|:=|\|\|=|\?=|={1,3}|:{1,2}|>|is |ist |was )\s{0,4}|,\s{0,4}(?=["'])|\s{1,4})`
const VALUE = String.raw`(?:[brfu]{0,2}[\\"'${'`'}]{1,4})?(?<value>[^\s"'${'`'},;<>(){}[\]\\]{6,200})`

export const ASSIGNED_FORMATS: readonly KeyFormat[] = [
  assigned('password', PASSWORDS),
  assigned('token', TOKENS),
  {
    kind: 'password',
    literals: ['-u', '--user'],
    pattern: String.raw`(?:-u|--user)[\s=]{0,3}["']?[^\s:"'$]{0,64}:["']?(?<value>[^\s"'$<{[]{3,200})`,
    check: 'pair',
  },
  {
    kind: 'bearer-token',
    literals: ['authorization'],
    pattern: String.raw`authorization["'\s]{0,3}[:=]["'\s]{0,4}(?:(?:basic|bearer|token|apikey)\s{1,2})?(?<value>[\w.~+/=:-]{8,1000})`,
    flags: 'i',
    check: 'digits',
  },
  {
    kind: 'bearer-token',
    literals: ['bearer '],
    pattern: String.raw`bearer (?<value>[\w.~+/-]{20,1000}=*)`,
    flags: 'i',
    check: 'digits',
  },
]

function assigned(check: 'password' | 'token', names: readonly string[]): KeyFormat {
  return {
    kind: 'password',
    literals: names,
    pattern: `(?:${names.join('|')})${REST}${OPERATOR}${VALUE}`,
    flags: 'i',
    within: true,
    check,
  }
}
