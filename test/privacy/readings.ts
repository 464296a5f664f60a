/** All that somebody who gets a request could read in it. Made apart from the gateway's own reading, which it judges. */

const INVISIBLE = /[\p{Cf}\p{M}\p{DI}]/gu
const OTHER_DIGIT = /[^\P{Nd}0-9]/gu
/** In one line or several. */
const BASE64 = /[A-Za-z0-9+/_-]{12,}(?:\r?\n[A-Za-z0-9+/_-]+)*/g
const ESCAPE = /\\(?:u([0-9a-fA-F]{4})|(.))/gs
const MOST_ESCAPES = 4

/** @param text of a body or a header, as it came */
export function readings(text: string): Set<string> {
  const found = new Set<string>()
  for (const outer of [text, ...leavesOf(text)]) {
    let inner = outer
    for (let level = 0; level < MOST_ESCAPES; level += 1) {
      const plain = plainOf(inner)
      found.add(plain)
      for (const [run] of plain.matchAll(BASE64)) for (const decoded of decode(run)) found.add(decoded)
      if (!inner.includes('\\')) break
      inner = unescape(inner)
    }
  }
  return found
}

/** The texts of JSON one behind the other: what is cut between two of them comes together again. */
function leavesOf(text: string): string[] {
  const leaves: string[] = []
  try {
    JSON.parse(text, (key, value: unknown) => {
      if (typeof value === 'string' && key !== 'type') leaves.push(value)
      return value
    })
  } catch {
    return []
  }
  return [leaves.join('')]
}

function plainOf(text: string): string {
  return text.normalize('NFKC').replaceAll(INVISIBLE, '').replaceAll(OTHER_DIGIT, toDigit)
}

/** Digits of a script follow each other, and a zero comes first. */
function toDigit(character: string): string {
  let code = character.codePointAt(0) ?? 0
  let value = 0
  while (value < 9 && /\p{Nd}/u.test(String.fromCodePoint(code - 1))) {
    code -= 1
    value += 1
  }
  return String(value)
}

function unescape(text: string): string {
  return text.replaceAll(ESCAPE, (_all, hex: string | undefined, letter: string | undefined) =>
    hex === undefined
      ? letter === 'n'
        ? '\n'
        : (letter ?? '')
      : String.fromCharCode(Number.parseInt(hex, 16)),
  )
}

/** Garbage where it is none, which does no harm. What stands before it may be part of the run. */
function decode(run: string): string[] {
  const whole = run.replaceAll(/\s/g, '')
  return [0, 1, 2, 3].map((before) => {
    return plainOf(unescape(Buffer.from(whole.slice(before), 'base64').toString('utf8')))
  })
}
