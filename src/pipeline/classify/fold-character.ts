/** One character as it is read: compatibility forms and accents gone, look-alikes of Latin letters made Latin, lower case. */

/** Letters of other scripts, capitals among them, that are drawn like this one. A compact choice, not all there are. */
const LOOK_ALIKES: Readonly<Record<string, string>> = {
  a: 'аАαΑɑᴀꭺ',
  b: 'вВЬΒβʙᏴ',
  c: 'сСϲᴄꮯᏟ',
  d: 'ԁᴅᎠժ',
  e: 'еЕεΕҽᴇᎬє',
  f: 'ƒꞙ',
  g: 'ɡցɢᏀԍ',
  h: 'һнНΗհʜᎻ',
  i: 'іІιΙıɪᎥӏӀ',
  j: 'јЈᴊϳᎫ',
  k: 'кКκΚᴋᏦ',
  l: 'łʟᏞ',
  m: 'мМΜᴍᎷ',
  n: 'ηΝոɴпՌ',
  o: 'оОοΟσօᴏøՕ',
  p: 'рРρΡᴘᏢ',
  q: 'ԛզɋ',
  r: 'гᴦʀᎡ',
  s: 'ѕЅꜱᏚՏ',
  t: 'тТτΤᴛᎢ',
  u: 'υսᴜʋՍ',
  v: 'νѵᴠᏙ',
  w: 'ԝωѡᴡᎳ',
  x: 'хХχΧ',
  y: 'уУΥγүʏҮ',
  z: 'ᴢΖᏃ',
  "'": '‘’‚‛ʼ′',
  '"': '“”„‟«»',
  '-': '‐‑‒–—―−',
}

const LATIN: ReadonlyMap<string, string> = new Map(
  Object.entries(LOOK_ALIKES).flatMap(([latin, others]) =>
    Array.from(others, (other) => [other, latin] as const),
  ),
)

/** Where else the capital letters stand in a row: circled, squared, flags. Unicode calls none of them a form of Latin. */
const ALPHABETS = [0x1f150, 0x1f170, 0x1f1e6]
/** Tags: an invisible copy of ASCII, which models read. */
const TAGS = 0xe0000

const INVISIBLE = /[\p{Cf}\p{M}\p{DI}]/gu
/** Emoji and the like part words as a space would. */
const PARTING = /[\p{P}\p{S}\p{Z}]/u
const SPACE = 32

/** What `foldCode` says of a character that is read as none, or as several. */
export const DROPPED = -1
export const SEVERAL = -2

/** Folding takes a microsecond; each character of the first two planes does so once. 0 = not yet. */
const single = new Int32Array(0x20000)
/** Those that are `SEVERAL`. */
const others = new Map<number, string>()
for (let code = 1; code < 128; code += 1) single[code] = code >= 65 && code <= 90 ? code + 32 : code
// Chinese characters and Hangul: nothing there looks like Latin.
for (const [first, last] of [
  [0x3400, 0x9fff],
  [0xac00, 0xd7a3],
] as const) {
  for (let code = first; code <= last; code += 1) single[code] = code
}

/**
 * @param code of any character
 * @returns the code of the one character it is read as; `DROPPED`, or `SEVERAL`: those are `expansionOf` it
 */
export function foldCode(code: number): number {
  const known = single[code] ?? 0
  return known === 0 ? foldNew(code) : known
}

function foldNew(code: number): number {
  if (code === 0) return code
  if (code >= single.length) return foldFar(code)
  const folded = fold(code)
  const known = folded === '' ? DROPPED : folded.length === 1 ? folded.charCodeAt(0) : SEVERAL
  single[code] = known
  if (known === SEVERAL) others.set(code, folded)
  return known
}

/** @param code one that `foldCode` answered with `SEVERAL` */
export function expansionOf(code: number): string {
  return others.get(code) ?? ''
}

/** Beyond the first two planes there are tags, more Chinese characters, and nothing to read. */
function foldFar(code: number): number {
  const tag = code - TAGS
  if (tag >= 32 && tag < 127) return foldCode(tag)
  return tag >= 0 && tag < 0x1000 ? DROPPED : SPACE
}

function fold(code: number): string {
  for (const first of ALPHABETS) {
    if (code >= first && code < first + 26) return String.fromCharCode(97 + code - first)
  }
  const plain = String.fromCodePoint(code).normalize('NFKD').replaceAll(INVISIBLE, '')
  return Array.from(plain, foldPlain).join('')
}

function foldPlain(character: string): string {
  const latin = LATIN.get(character)
  if (latin !== undefined) return latin
  return character > '\x7f' && PARTING.test(character) ? ' ' : character.toLowerCase()
}
