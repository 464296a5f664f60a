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

const INVISIBLE = /[\p{Cf}\p{M}]/gu
/** Emoji and the like part words as a space would. */
const PARTING = /[\p{P}\p{S}\p{Z}]/u
/** Tags: an invisible copy of ASCII, which models read. */
const TAGS = 0xe0000

/** Folding is slow where the engine must look characters up; text uses few of them. Never more entries than this. */
const MOST_KNOWN = 4096
const known = new Map<string, string>()

/** @param character one code point; the answer has none, one or several */
export function foldCharacter(character: string): string {
  if (character <= '\x7f') return character.toLowerCase()
  let folded = known.get(character)
  if (folded === undefined) {
    folded = fold(character)
    if (known.size < MOST_KNOWN) known.set(character, folded)
  }
  return folded
}

function fold(character: string): string {
  const code = character.codePointAt(0) ?? 0
  if (code >= TAGS + 0x20 && code <= TAGS + 0x7e) return String.fromCharCode(code - TAGS).toLowerCase()
  const plain = character.normalize('NFKD').replaceAll(INVISIBLE, '')
  return Array.from(plain, foldPlain).join('')
}

function foldPlain(character: string): string {
  const latin = LATIN.get(character)
  if (latin !== undefined) return latin
  return character > '\x7f' && PARTING.test(character) ? ' ' : character.toLowerCase()
}
