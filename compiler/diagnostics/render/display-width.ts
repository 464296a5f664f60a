/**
 * How many terminal columns a text takes: wide characters two, combining marks none.
 */

const ZERO = /^[\p{Mn}\p{Me}\p{Cf}]$/u
const WIDE =
  /^[\p{Emoji_Presentation}\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]$/u

export function displayWidth(text: string): number {
  let width = 0
  for (const character of text) {
    if (ZERO.test(character)) continue
    width += WIDE.test(character) ? 2 : 1
  }
  return width
}
