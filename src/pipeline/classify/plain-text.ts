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

/**
 * Whoever walks a long text writes to `units` and `offsets` itself, from `length` on, after it has reserved the room, and
 * says at the end of a stretch how far it came: a call for each character takes three times as long.
 */
export class PlainText {
  /** Code units. */
  units: Uint16Array
  /** Of each unit: where in the original it came from. */
  offsets: Uint32Array
  length = 0
  /** All units, as bits. */
  seen = 0
  /** Halves of pairs are among them. */
  hasPairs = false

  /** @param length as many code units as it will mostly have */
  constructor(length: number) {
    this.units = new Uint16Array(length + ROOM)
    this.offsets = new Uint32Array(length + ROOM)
  }

  /** Makes room for so many more units. */
  reserve(more: number): void {
    const needed = this.length + more
    if (needed <= this.units.length) return
    const units = new Uint16Array(2 * needed)
    const offsets = new Uint32Array(2 * needed)
    units.set(this.units)
    offsets.set(this.offsets)
    this.units = units
    this.offsets = offsets
  }

  /** @param text what the character at `offset` of the original is read as */
  addString(text: string, offset: number): void {
    this.reserve(text.length)
    for (let i = 0; i < text.length; i += 1) {
      const unit = text.charCodeAt(i)
      this.units[this.length] = unit
      this.offsets[this.length] = offset
      this.length += 1
      this.seen |= unit
      this.hasPairs ||= isHalf(unit)
    }
  }

  /** @param length of the original */
  end(length: number): Normalized & { offsets: Uint32Array } {
    this.reserve(PADDING)
    const end = this.length
    this.offsets[end] = length
    const units = this.units.subarray(0, end)
    const isAscii = this.seen < 128
    // The engine keeps a text in half the space when it knows that it may, and reads it faster.
    const text = isAscii ? ASCII.decode(new Uint8Array(units)) : UTF16.decode(units)
    // Half a pair is no character, and text has another one in its place.
    if (!this.hasPairs) keepCodes({ text, codes: this.units.subarray(0, end + PADDING), isAscii })
    return { text, offsets: this.offsets.subarray(0, end + 1) }
  }
}

/** Whether it is one half of a pair. */
export function isHalf(unit: number): boolean {
  return (unit & 0xf800) === 0xd800
}
