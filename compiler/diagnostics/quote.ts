/**
 * Puts what a person wrote into a message: in backticks, cut to a length, control characters visible.
 * A terminal must never run an escape sequence that came out of a policy file.
 */

const MAX_LENGTH = 80

/** `name` in backticks. */
export function quote(text: string): string {
  return `\`${visible(text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH - 1)}…` : text)}\``
}

/** As many as there are surfaces: a list of them is always whole. */
const MOST_NAMES = 12

/** A list of quoted names, not all of them where there are many. */
export function quoteList(names: readonly string[]): string {
  const shown = names.slice(0, MOST_NAMES).map(quote).join(', ')
  return names.length > MOST_NAMES ? `${shown} and ${names.length - MOST_NAMES} more` : shown
}

/** Control, bidirectional and line-separating characters as one visible mark each: offsets stay right. */
export function visible(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cs}\u2028-\u202e\u2066-\u2069\u200b-\u200f\ufeff]/gu, '\u{fffd}')
}
