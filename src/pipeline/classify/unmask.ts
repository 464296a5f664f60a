/**
 * Text as the injection guard reads it: what a disguise hides is made plain. Escapes of JSON and payloads in base64 or
 * hex are decoded once, compatibility forms, accents and look-alike letters become ASCII, what cannot be seen is
 * dropped, all in lower case. A map leads back to the original; within a payload it leads there in proportion.
 */
import { decodePayload } from './decode-payload.ts'
import { foldCharacter } from './fold-character.ts'
import { normalize, type Normalized } from './normalize.ts'

/** A run that may be base64, plain or for URLs, or hex. */
const PAYLOAD = /[A-Za-z0-9+/_-]{20,}={0,2}/g
// oxlint-disable-next-line no-control-regex -- the range is ASCII itself
const BEYOND_ASCII = /[^\0-\x7f]/

/** @param json whether the text is JSON, so that its escapes stand for characters */
export function unmask(text: string, json: boolean): Normalized {
  const plain = normalize(text, json)
  const payloads = decodeAll(plain.text)
  if (payloads.length === 0 && !BEYOND_ASCII.test(plain.text)) {
    return { text: plain.text.toLowerCase(), offsets: plain.offsets }
  }
  const out = new Unmasked(plain)
  let at = 0
  for (const { start, end, decoded } of payloads) {
    out.addPlain(at, start)
    out.addDecoded(start, end, decoded)
    at = end
  }
  out.addPlain(at, plain.text.length)
  return out.end()
}

interface Payload {
  start: number
  end: number
  decoded: string
}

function decodeAll(text: string): Payload[] {
  return Array.from(text.matchAll(PAYLOAD)).flatMap(({ 0: run, index }) => {
    const decoded = decodePayload(run)
    return decoded === null ? [] : [{ start: index, end: index + run.length, decoded }]
  })
}

/** The text that comes out, with where each of its characters came from. */
class Unmasked {
  readonly #from: Normalized
  readonly #pieces: string[] = []
  readonly #offsets: number[] = []

  constructor(from: Normalized) {
    this.#from = from
  }

  addPlain(start: number, end: number): void {
    this.#add(this.#from.text.slice(start, end), (i) => start + i)
  }

  addDecoded(start: number, end: number, decoded: string): void {
    const scale = (end - start) / decoded.length
    this.#add(decoded, (i) => start + Math.floor(i * scale))
  }

  end(): Normalized {
    this.#offsets.push(this.#original(this.#from.text.length))
    return { text: this.#pieces.join(''), offsets: Uint32Array.from(this.#offsets) }
  }

  #add(text: string, origin: (index: number) => number): void {
    let index = 0
    for (const character of text) {
      const folded = foldCharacter(character)
      for (let i = 0; i < folded.length; i += 1) this.#offsets.push(this.#original(origin(index)))
      this.#pieces.push(folded)
      index += character.length
    }
  }

  #original(offset: number): number {
    return this.#from.offsets?.[offset] ?? offset
  }
}
