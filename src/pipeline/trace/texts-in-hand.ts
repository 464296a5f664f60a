/** How much text of answers that are on their way an edge keeps for traces, of all requests together. */

export interface TextsInHand {
  /** @returns false where there is no room for so much */
  take: (size: number) => boolean
  give: (size: number) => void
}

const MOST = 32 * 1024 * 1024

/** @param most characters or bytes */
export function createTextsInHand(most: number = MOST): TextsInHand {
  let left = most
  return {
    take(size) {
      if (size > left) return false
      left -= size
      return true
    },
    give(size) {
      left += size
    },
  }
}
