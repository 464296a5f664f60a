/**
 * The text of an answer while it goes by, for its trace. Of a stream only what was said is kept, and no more than a
 * trace holds; of a whole answer its bytes, until somebody reads them.
 */
import { parseRecord } from '../../protocols/parse-record.ts'
import { saidInAnswer, type SaidPart } from '../../protocols/said-parts.ts'
import { createSaidInStream, type SaidInStream } from '../../protocols/said-in-stream.ts'
import { eventData } from '../../protocols/sse.ts'
import type { TextsInHand } from './texts-in-hand.ts'

/** Bytes; a larger answer that is not streamed is not read, nor are so many events that came at once. */
const LARGEST_WHOLE = 1024 * 1024
/** Bytes of it; with times of all its words it is some ten times as long as its text. */
const LARGEST_TRANSCRIPT = 512 * 1024
/** Events are read when so many bytes of them are there. */
const PENDING_BYTES = 32 * 1024

export class AnswerText {
  readonly #most: number
  readonly #hand: TextsInHand
  readonly #isTranscript: boolean
  #whole: Uint8Array | null = null
  #stream: SaidInStream | null = null
  #pending: Uint8Array[] = []
  #pendingBytes = 0
  /** Characters and bytes that count in the hand. */
  #held = 0
  /** Why not all of it was kept; null = it was. */
  #note: string | null = null
  /** No more is read. */
  #isOver = false

  /**
   * @param most characters of a stream; what follows is not looked at. 0 = it holds no text: nothing is read
   * @param kind a transcript of sound is JSON that comes in parts
   */
  constructor(most: number, hand: TextsInHand, kind: 'said' | 'transcript' = 'said') {
    this.#most = most
    this.#hand = hand
    this.#isTranscript = kind === 'transcript'
  }

  /** A whole answer; of several the last one counts. */
  whole(body: Uint8Array): void {
    this.#whole = null
    if (this.#most === 0) return
    if (body.byteLength > LARGEST_WHOLE) this.leaveOut('an answer too large')
    else if (this.#hold(body.byteLength)) this.#whole = body
  }

  /** A part of an answer that is handed on as it comes: too large to be read whole, unless it is a transcript. */
  part(bytes: Uint8Array): void {
    if (this.#isOver) return
    if (!this.#isTranscript) this.leaveOut('an answer too large')
    else if (this.#pendingBytes + bytes.byteLength > LARGEST_TRANSCRIPT)
      this.leaveOut('a transcript too large')
    else if (this.#hold(bytes.byteLength)) {
      this.#pending.push(new Uint8Array(bytes))
      this.#pendingBytes += bytes.byteLength
    }
  }

  /** Whole events of a stream. */
  piece(bytes: Uint8Array): void {
    this.#stream ??= createSaidInStream()
    if (this.#isOver || this.#stream.length() > this.#most) return
    if (bytes.byteLength > LARGEST_WHOLE) {
      // Such as an image. What follows may be text.
      this.#note ??= 'a piece too large'
      this.#read(this.#stream)
      this.#stream.tear()
      return
    }
    if (!this.#hold(bytes.byteLength)) return
    // A copy: on workerd a token of 50 bytes lies in a buffer of 4096, which would be kept with it and counted by nobody.
    this.#pending.push(new Uint8Array(bytes))
    this.#pendingBytes += bytes.byteLength
    if (this.#pendingBytes >= PENDING_BYTES) this.#read(this.#stream)
  }

  /** @param what is not kept */
  leaveOut(what: string): void {
    this.#note ??= what
    this.#isOver = true
  }

  /** What was said; lets go of all that was held. */
  end(): SaidPart[] {
    const parts = this.#letGo()
    if (parts.some(({ tears }) => tears !== undefined)) this.#note ??= 'an event that cannot be read'
    if (this.#note !== null) parts.push(noteOf(this.#note, (parts.at(-1)?.message ?? -1) + 1))
    return parts
  }

  #letGo(): SaidPart[] {
    try {
      if (this.#isTranscript) return this.#transcript()
      if (this.#stream !== null) this.#read(this.#stream)
      const whole = this.#whole === null ? null : parseRecord(new TextDecoder().decode(this.#whole))
      return whole === null ? (this.#stream?.parts() ?? []) : saidInAnswer(whole)
    } finally {
      this.#hand.give(this.#held)
      this.#held = 0
      this.#whole = null
      this.#stream = null
      this.#pending = []
    }
  }

  /** Of its text alone: where the words stand in pieces, with times between them, no detector finds what lies across. */
  #transcript(): SaidPart[] {
    if (this.#isOver || this.#pendingBytes === 0) return []
    const decoder = new TextDecoder()
    const json = this.#pending.map((bytes) => decoder.decode(bytes, { stream: true })).join('')
    const text = parseRecord(json)?.['text']
    if (typeof text === 'string') return saidInAnswer({ content: text })
    this.leaveOut('a transcript that is no JSON')
    return []
  }

  #read(stream: SaidInStream): void {
    const before = stream.length() + stream.weight()
    const decoder = new TextDecoder()
    const text = this.#pending.map((piece) => decoder.decode(piece, { stream: true })).join('')
    try {
      for (const data of eventData(text)) {
        stream.push(data)
        if (stream.weight() <= this.#most) continue
        this.leaveOut('an answer that is hardly text')
        break
      }
    } catch {
      // Such as JSON nested too deep. The client's stream goes on: its trace is no reason to end it.
      this.leaveOut('an answer that cannot be read')
    }
    this.#pending = []
    this.#hand.give(this.#pendingBytes)
    this.#held -= this.#pendingBytes
    this.#pendingBytes = 0
    this.#hold(stream.length() + stream.weight() - before)
  }

  #hold(size: number): boolean {
    if (!this.#hand.take(size)) {
      this.leaveOut('text, of which there is too much at once')
      return false
    }
    this.#held += size
    return true
  }
}

function noteOf(what: string, message: number): SaidPart {
  return { message, role: 'assistant', as: 'content', text: `[${what}, not kept]`, path: [], kind: 'text' }
}
