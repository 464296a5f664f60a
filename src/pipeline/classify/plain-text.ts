/** A text under construction: its code units, and where in the original each of them came from. */

export interface Normalized {
  text: string
  /** Offset in `text` → offset in the original, one more entry than characters; null = they are the same. */
  offsets: Uint32Array | null
}

/** For the few characters that become several. */
const ROOM = 64
/** Code units as typed arrays hold them: little-endian wherever this runs. */
const UTF16 = new TextDecoder('utf-16le', { fatal: false, ignoreBOM: true })

export class PlainText {
  #units: Uint16Array
  #offsets: Uint32Array
  #length = 0

  /** @param length as many code units as it will mostly have */
  constructor(length: number) {
    this.#units = new Uint16Array(length + ROOM)
    this.#offsets = new Uint32Array(length + ROOM)
  }

  /** @param unit one code unit, or the code of a character that takes two */
  add(unit: number, offset: number): void {
    if (this.#length + 1 >= this.#units.length) this.#grow()
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
    return {
      text: UTF16.decode(this.#units.subarray(0, this.#length - 1)),
      offsets: this.#offsets.subarray(0, this.#length),
    }
  }

  #put(unit: number, offset: number): void {
    this.#units[this.#length] = unit
    this.#offsets[this.#length] = offset
    this.#length += 1
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
