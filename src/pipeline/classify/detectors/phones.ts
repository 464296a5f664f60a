/** Telephone numbers: international, of a national shape, or told to be one by the words around them. */

/** Just before: what a number is called, or what is done with it. */
const BEFORE =
  /(?:phones?|tel|telephone|telefon|teléfono|mobile|mobil|cell|call(?:ed|ing)?|fax|reach|dial|ring|sms|whatsapp|handy|desk|office|home|work|contact|answering|registered|messages?|number)\b[^\n]{0,16}$/i
/** The same where a line end stands between, as in a signature. */
const TITLE = /(?:phone|tel|telephone|mobile|cell|fax)\s?:\s{0,4}$/i
const AFTER = /^(?:[\s,(/-]|\\){0,3}(?:office|fax|mobile|cell|home|work|desk|direct)\b/i
/** These count things. */
const COUNTED =
  /(?:order|invoice|ticket|part|serial|tracking|account|model|version|case|issue|row|page|isbn)\b[^\n]{0,16}$/i

/** No area there begins with 0 or 1. */
const NORTH_AMERICAN = /^(?:(?:00)?1[ .-])?(?:\([2-9]\d{2}\) ?|[2-9]\d{2}[ .-])\d{3}[ .-]\d{4}$/
/** A leading zero and three groups or more. */
const NATIONAL = /^\(?0\d{1,4}\)?(?:[ .-]\d{2,4}){2,4}$/

/** As social security numbers are written, valid or not. */
const SOCIAL = /^\d{3}-\d{2}-\d{4}$/

export interface Phone {
  /** Without an extension. */
  written: string
  /** How many it has. */
  digits: number
  /** The text around it; nothing where that has no letters. */
  before: string
  after: string
}

export function isPhone({ written, digits, before, after }: Phone): boolean {
  if (digits < 7 || digits > 15) return false
  if (written.startsWith('+')) return digits >= 8
  if (SOCIAL.test(written)) return false
  if (NORTH_AMERICAN.test(written)) return true
  if (NATIONAL.test(written) && digits >= 9 && digits <= 12) return true
  if (before === '') return AFTER.test(after)
  if (COUNTED.test(before)) return false
  const named = TITLE.test(before) || AFTER.test(after)
  return named || (/[ ()./-]/.test(written) && BEFORE.test(before))
}
