/** The ways in which a span is written, so that a model or a person would still read it. */
import { createHash } from 'node:crypto'

export interface Dress {
  name: string
  /** What stands in the request; several pieces stand in text parts that follow each other. */
  write: (text: string) => readonly string[]
  /** Each of its characters is an escape on the wire. */
  isEscaped?: true
  /** It stays within ASCII, and within the characters of names if the span does. */
  isName?: true
  /** It is in base64. */
  isEncoded?: true
  /** Words stand right beside it, which may as well be part of a find. */
  isCrowded?: true
}

const each = (text: string, write: (character: string) => string): string => Array.from(text, write).join('')

const fullWidth = (text: string): string =>
  text.replaceAll(/[!-~]/g, (character) => String.fromCharCode(character.charCodeAt(0) + 0xfee0))
const fullDigits = (text: string): string => text.replaceAll(/\d/g, fullWidth)
const arabicDigits = (text: string): string =>
  text.replaceAll(/\d/g, (digit) => String.fromCharCode(0x0660 + Number(digit)))
const zeroWidth = (text: string): string => Array.from(text).join('\u200b')
const softHyphens = (text: string): string => each(text, (character) => `${character}\u00ad`)
/** As word processors write it, so that no line ends there. */
const boundHyphens = (text: string): string => text.replaceAll('-', '\u2011')
/** Tags are invisible as well, and two units long. */
const tags = (text: string): string => Array.from(text).join('\u{e0041}')
const escapes = (text: string): string =>
  each(text, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
const nested = (text: string): string => `{"note": "${escapes(text)}"}`
/** The mark before the sign becomes `+`, in URLs `-`, amid four characters that belong together. */
const noted = (text: string): Buffer => Buffer.from(`a note/日: ${text} .`)
const base64 = (text: string): string => noted(text).toString('base64')
const base64url = (text: string): string => noted(text).toString('base64url')
/** In lines of 64, as mail has it. */
const wrapped = (text: string): string => base64(text.padEnd(60)).replaceAll(/.{64}/g, '$&\n')
/** A line that could be the first one of base64. */
const digest = (text: string): string => createHash('sha256').update(text).digest('hex')
const halves = (text: string): string[] => {
  const characters = Array.from(text)
  const middle = Math.ceil(characters.length / 2)
  return [characters.slice(0, middle).join(''), characters.slice(middle).join('')]
}
/** JSON that is cut where the span is. */
const jsonHalves = (text: string): string[] => {
  const [first = '', rest = ''] = halves(text)
  return [`{"line": "a\\n", "note": "${first}`, `${rest}"}`]
}
const thirds = (text: string): string[] => {
  const [first = '', rest = ''] = halves(text)
  return [...halves(first), rest]
}

export const DRESSES: readonly [Dress, ...Dress[]] = [
  { name: 'plain', write: (text) => [text], isName: true },
  { name: 'escaped', write: (text) => [text], isEscaped: true },
  { name: 'JSON in text', write: (text) => [nested(text)] },
  { name: 'in brackets', write: (text) => [`(${text})`] },
  { name: 'beside numbers', write: (text) => [`12 ${text} 34`], isCrowded: true },
  { name: 'before a date', write: (text) => [`${text} 2026-11-21 10:30`], isCrowded: true },
  { name: 'in quotes', write: (text) => [`it is "${text}"`] },
  { name: 'full-width', write: (text) => [fullWidth(text)] },
  { name: 'full digits', write: (text) => [fullDigits(text)] },
  { name: 'arabic digits', write: (text) => [arabicDigits(text)] },
  { name: 'zero-width', write: (text) => [zeroWidth(text)] },
  { name: 'bound hyphens', write: (text) => [boundHyphens(text)] },
  { name: 'tags', write: (text) => [tags(text)] },
  { name: 'base64', write: (text) => [base64(text)], isEncoded: true },
  { name: 'base64url', write: (text) => [base64url(text)], isName: true, isEncoded: true },
  { name: 'split', write: halves },
  { name: 'split in three', write: thirds },
  { name: 'split full-width', write: (text) => halves(fullWidth(text)) },
  { name: 'split zero-width', write: (text) => halves(softHyphens(text)) },
  { name: 'split JSON', write: jsonHalves },
  { name: 'split base64', write: (text) => halves(base64(text)), isEncoded: true },
  { name: 'wide zero-width', write: (text) => [zeroWidth(fullWidth(text))] },
  { name: 'wide in JSON', write: (text) => [nested(fullWidth(text))] },
  { name: 'hidden in JSON', write: (text) => [nested(zeroWidth(text))] },
  { name: 'base64 in lines', write: (text) => [wrapped(text)], isEncoded: true },
  { name: 'base64 below a digest', write: (text) => [`${digest(text)}\n${base64(text)}`], isEncoded: true },
  {
    name: 'base64 in a URL',
    write: (text) => [`see data:text/plain;base64,${base64(text)}`],
    isEncoded: true,
  },
  {
    name: 'base64 in a path',
    write: (text) => [`https://x.test/mail/reset/${base64url(text)}`],
    isEncoded: true,
  },
  {
    name: 'base64 behind a word',
    write: (text) => [`call_${base64url(text)}`],
    isName: true,
    isEncoded: true,
    isCrowded: true,
  },
  { name: 'wide in base64', write: (text) => [base64(fullWidth(text))], isEncoded: true },
  { name: 'base64 zero-width', write: (text) => [zeroWidth(base64(text))], isEncoded: true },
  { name: 'base64 in JSON', write: (text) => [nested(base64(text))], isEncoded: true },
  { name: 'base64 escaped', write: (text) => [base64(text)], isEscaped: true, isEncoded: true },
]
