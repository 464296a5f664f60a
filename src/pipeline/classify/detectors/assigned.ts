/**
 * Secrets by the name of what they are assigned to: in environment files, JSON, YAML, XML, code, command lines and
 * prose. What is assigned is judged by `checks.ts`, since most of it is none. Read by hand and not by one pattern: it
 * would try again for each way to end a name.
 */
import { passes } from './checks.ts'
import type { Find } from './detector.ts'

const PASSWORDS = 'password passwd passwort passphrase pwd pass pw secret credential salt'.split(' ')
const TOKENS = 'token key api auth login cred access bearer license client_id clientid'.split(' ')

/** Parts of names, and what one would assign to them. */
export const ASSIGNED_NAMES: readonly { name: string; check: 'password' | 'token' }[] = [
  ...PASSWORDS.map((name) => ({ name, check: 'password' as const })),
  ...TOKENS.map((name) => ({ name, check: 'token' as const })),
]

/** The rest of a name and what closes it, what assigns, what opens a value, and the value: each tried once, in turn. */
export const ASSIGNMENT: Readonly<Record<'rest' | 'operator' | 'opening' | 'value', RegExp>> = {
  rest: /[\w.]{0,24}(?:-[\w.]{1,24})?/y,
  operator:
    /[\\"'`\]]{0,4}(?:\s{0,4}(?:=>|->|:=|\|\|=|\?=|={1,3}|:{1,2}|>|is |ist |was )\s{0,4}|,\s{0,4}|\s{1,4})/y,
  opening: /[brfu]{0,2}[\\"'`]{1,4}/y,
  value: /[^\s"'`,;<>(){}[\]\\]{6,200}/y,
}

/** @param at where one of the names begins */
export function findAssigned(
  text: string,
  at: number,
  { name, check }: (typeof ASSIGNED_NAMES)[number],
): Find | null {
  const named = at + name.length
  const closed = endOf(ASSIGNMENT.rest, text, named)
  const assigned = endOf(ASSIGNMENT.operator, text, closed)
  if (assigned === -1) return null
  const opened = endOf(ASSIGNMENT.opening, text, assigned)
  const operator = text.slice(closed, assigned).replace(/^[\\"'`\]]+/, '')
  // A comma assigns in calls only: `setopt(handle, PASSWORD, "…")`.
  if (operator.startsWith(',') && opened === -1) return null
  const start = opened === -1 ? assigned : opened
  const end = endOf(ASSIGNMENT.value, text, start)
  if (end === -1) return null
  const fits = passes(check, {
    value: text.slice(start, end),
    rest: text.slice(named, closed),
    operator,
    before: text.slice(Math.max(0, at - 16), at),
    after: text.charAt(end),
  })
  return fits ? { start, end: closeQuote(text, start, end), kind: 'password' } : null
}

function endOf(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at
  return pattern.test(text) ? pattern.lastIndex : -1
}

/** A password in quotes may hold what ends one without. */
function closeQuote(text: string, start: number, end: number): number {
  const quote = text.charAt(start - 1)
  if (!/["'`]/.test(quote)) return end
  const close = text.slice(end, end + 128).search(/["'`\n]/)
  return close > 0 && text.charAt(end + close) === quote ? end + close : end
}
