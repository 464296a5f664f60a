/**
 * Server-sent events at the level of bytes (WHATWG HTML §9.2): where an event ends, and what the
 * first few say. Nothing here parses a stream whole.
 */

const LF = 0x0a
const CR = 0x0d

/**
 * Splits a byte stream into pieces that end where an event ends, so that whatever is written after a
 * piece (a comment, an error frame) stands by itself. Bytes are only regrouped, never changed.
 */
export interface EventAligner {
  /** @returns the bytes up to the last event end seen so far, or null when there is none yet */
  push: (chunk: Uint8Array) => Uint8Array | null
  /** What is left: an event that never ended. Empty when the stream ended cleanly. */
  rest: () => Uint8Array
  /** Whether all that push() returned ended where an event ends. */
  aligned: () => boolean
}

/** An event larger than this is passed on unaligned rather than kept, where nobody says otherwise. */
export const MAX_HELD_BYTES: number = 64 * 1024

export function createEventAligner(maxHeldBytes: number = MAX_HELD_BYTES): EventAligner {
  let held: Uint8Array = new Uint8Array(0)
  let aligned = true
  return {
    push(chunk) {
      const bytes = held.byteLength === 0 ? chunk : concat(held, chunk)
      const end = lastEventEnd(bytes, held.byteLength)
      if (end === 0 && bytes.byteLength <= maxHeldBytes) {
        held = bytes
        return null
      }
      aligned = end > 0
      const cut = aligned ? end : bytes.byteLength
      held = bytes.subarray(cut)
      return cut === bytes.byteLength ? bytes : bytes.subarray(0, cut)
    },
    rest: () => held,
    aligned: () => aligned,
  }
}

/** Offset just behind the last blank line that ends at `from` or later; 0 when there is none. */
function lastEventEnd(bytes: Uint8Array, from: number): number {
  for (let i = bytes.byteLength - 1; i >= Math.max(1, from); i -= 1) {
    const byte = bytes[i]
    if (byte === LF) {
      if (bytes[i - 1] === LF) return i + 1
      if (bytes[i - 1] === CR && (bytes[i - 2] === LF || bytes[i - 2] === CR)) return i + 1
    } else if (byte === CR && bytes[i - 1] === CR) return i + 1
  }
  return 0
}

export function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const whole = new Uint8Array(a.byteLength + b.byteLength)
  whole.set(a)
  whole.set(b, a.byteLength)
  return whole
}

/** One event, as far as anybody looks at it. */
export interface WireEvent {
  /** Of the `event:` line; null = there is none. */
  name: string | null
  data: string
}

/** The events with data in a text of whole ones; comments and other fields are left out. */
export function eventsIn(text: string): WireEvent[] {
  const events: WireEvent[] = []
  let name: string | null = null
  let data: string | null = null
  const dispatch = (): void => {
    if (data !== null) events.push({ name, data })
    name = null
    data = null
  }
  for (const line of text.split(/\r\n|\n|\r/)) {
    if (line === '') dispatch()
    else if (line.startsWith('data:')) data = data === null ? valueOf(line) : `${data}\n${valueOf(line)}`
    else if (line.startsWith('event:')) name = valueOf(line)
  }
  dispatch()
  return events
}

function valueOf(line: string): string {
  const from = line.indexOf(':') + 1
  return line.slice(line[from] === ' ' ? from + 1 : from)
}

/** The `data` of each event in a text of whole events. */
export function eventData(text: string): string[] {
  return eventsIn(text).map(({ data }) => data)
}
