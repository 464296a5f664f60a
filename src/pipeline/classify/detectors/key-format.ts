/** How the keys of a provider look: a row of the table that the secrets detector is made of. */

export interface KeyFormat {
  /** Name of the placeholder, such as `github-token`. */
  kind: string
  /** One of these stands in every key, ASCII, in any case. The pattern is only tried where one does. */
  literals: readonly string[]
  /** Tried at the literal, or `back` characters before it. Behind a group `head`, the group `value` is what counts. */
  pattern: string
  /** In any case; otherwise the literal must stand as it is written. */
  flags?: 'i'
  back?: number
  /** May stand within a word. Otherwise no letter, digit or underscore may stand before it. */
  within?: true
  /** What must hold of the value, `marked` when it is not said. */
  check?: Check
}

/**
 * `any`: nothing. `marked`: it is no stand-in. `digits`: and has a digit, where the prefix alone could begin a word.
 * `random`: and looks drawn by lot. `password`, `token`: what one would assign to such a name. `pair`: the second
 * half of `user:password`.
 */
export type Check = 'any' | 'marked' | 'digits' | 'random' | 'password' | 'token' | 'pair'
