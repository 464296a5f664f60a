/** A text as numbers: a walk over an array of them takes a third of the time that one over the string takes. */

const UTF8 = new TextEncoder()

/** Grows with the longest text; never read after the call that wrote it. */
let bytes = new Uint8Array(4096)

interface Codes {
  text: string
  codes: Uint16Array
  isAscii: boolean
}

/** Detectors read the same text one after the other. */
let last: Codes = { text: '', codes: new Uint16Array(0), isAscii: true }

/** @returns its code units, to be read only; those of ASCII, which most text is, are had for next to nothing */
export function codesOf(text: string): Uint16Array {
  if (text !== last.text) last = toCodes(text)
  return last.codes
}

/** Whether it has nothing else. What is found on the way is kept for `codesOf`. */
export function isAscii(text: string): boolean {
  if (text !== last.text) last = toCodes(text)
  return last.isAscii
}

/** Spares finding the codes of a text that was made of them. */
export function keepCodes(made: Codes): void {
  last = made
}

function toCodes(text: string): Codes {
  const codes = new Uint16Array(text.length)
  if (bytes.length < text.length) bytes = new Uint8Array(text.length)
  const room = bytes.subarray(0, text.length)
  // Whatever is not ASCII needs more bytes than it has units, for which there is no room.
  const ascii = UTF8.encodeInto(text, room).read === text.length
  if (ascii) codes.set(room)
  else for (let i = 0; i < text.length; i += 1) codes[i] = text.charCodeAt(i)
  return { text, codes, isAscii: ascii }
}

/**
 * What stands before a place; 0 at the beginning. An index below zero is no index but a name, and once the engine has
 * met one, it takes every index there for a name.
 */
export function codeBefore(codes: Uint16Array, at: number): number {
  return at > 0 ? (codes[at - 1] ?? 0) : 0
}
