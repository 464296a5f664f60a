/** Whether letters stand near a place: what has none before it is called nothing. */
import { LETTER, SORTS } from '../character-sorts.ts'

/** Asked from place to place, it looks at each character once, however near to each other the places are. */
export class Letters {
  readonly #codes: Uint16Array
  /** Looked at up to here. */
  #seen = 0
  /** The last one before that; -1 = none. */
  #last = -1

  constructor(codes: Uint16Array) {
    this.#codes = codes
  }

  /**
   * Whether one stands from `from` to before `to`.
   * @param to in ascending order from call to call, but for signs
   */
  areIn(from: number, to: number): boolean {
    for (let i = Math.max(this.#seen, from); i < to; i += 1)
      if (((SORTS[this.#codes[i] ?? 0] ?? 0) & LETTER) !== 0) this.#last = i
    this.#seen = Math.max(this.#seen, to)
    return this.#last >= from
  }
}
