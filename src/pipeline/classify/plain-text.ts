/** A text under construction: its code units, and where in the original each of them came from. */
import { keepCodes, PADDING } from './codes-of.ts'

export interface Normalized {
  text: string
  /** Offset in `text` → offset in the original, one more entry than characters; null = they are the same. */
  offsets: Uint32Array | null
}

/** For the few characters that become several, and for the padding. */
const ROOM = 64
const ASCII = new TextDecoder()
/** Code units as typed arrays hold them: little-endian wherever this runs. */
const UTF16 = new TextDecoder('utf-16le', { fatal: false, ignoreBOM: true })

export class PlainText {
  #units: Uint16Array
  #offsets: Uint32Array
  #length = 0
  /** All units, as bits. */
  #seen = 0
  /** Halves of pairs are among them. */
  #hasPairs = false

  /** @param length as many code units as it will mostly have */
  constructor(length: number) {
    this.#units = new Uint16Array(length + ROOM)
    this.#offsets = new Uint32Array(length + ROOM)
  }

  /** @param unit one code unit, or the code of a character that takes two */
  add(unit: number, offset: number): void {
    if (unit > 0xffff) {
      this.#put(0xd800 + ((unit - 0x10000) >> 10), offset)
      this.#put(0xdc00 + (unit & 0x3ff), offset)
    } else this.#put(unit, offset)
  }

  addString(text: string, offset: number): void {
    for (let i = 0; i < text.length; i += 1) this.add(text.charCodeAt(i), offset)
  }

  /** @param length of the original */
  end(length: number): Normalized & { offsets: Uint32Array } {
    this.add(0, length)
    const end = this.#length - 1
    if (end + PADDING > this.#units.length) this.#grow()
    const units = this.#units.subarray(0, end)
    const isAscii = this.#seen < 128
    // The engine keeps a text in half the space when it knows that it may, and reads it faster.
    const text = isAscii ? ASCII.decode(new Uint8Array(units)) : UTF16.decode(units)
    // Half a pair is no character, and text has another one in its place.
    if (!this.#hasPairs) keepCodes({ text, codes: this.#units.subarray(0, end + PADDING), isAscii })
    return { text, offsets: this.#offsets.subarray(0, end + 1) }
  }

  #put(unit: number, offset: number): void {
    const at = this.#length
    if (at + 1 >= this.#units.length) this.#grow()
    this.#units[at] = unit
    this.#offsets[at] = offset
    this.#seen |= unit
    this.#hasPairs ||= (unit & 0xf800) === 0xd800
    this.#length = at + 1
  }

  #grow(): void {
    const units = new Uint16Array(2 * this.#units.length)
    const offsets = new Uint32Array(2 * this.#units.length)
    units.set(this.#units)
    offsets.set(this.#offsets)
    this.#units = units
    this.#offsets = offsets
  }
}
