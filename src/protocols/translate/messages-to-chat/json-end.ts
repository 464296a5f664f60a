/** Tells when a JSON object that comes in pieces is over, so that what waits behind it may begin. It looks at each character once. */
export interface JsonEnd {
  push: (piece: string) => void
  isOver: () => boolean
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const OPEN_LIST = 0x5b
const CLOSE_LIST = 0x5d
const OPEN = 0x7b
const CLOSE = 0x7d

export function createJsonEnd(): JsonEnd {
  let depth = 0
  let isOver = false
  let isInString = false
  let isEscaped = false

  const take = (code: number): void => {
    if (isEscaped) isEscaped = false
    else if (isInString) {
      if (code === BACKSLASH) isEscaped = true
      else if (code === QUOTE) isInString = false
    } else if (code === QUOTE) isInString = true
    else if (code === OPEN || code === OPEN_LIST) depth += 1
    else if (code === CLOSE || code === CLOSE_LIST) {
      depth -= 1
      if (depth === 0) isOver = true
    }
  }

  return {
    push(piece) {
      if (isOver) return
      for (let i = 0; i < piece.length; i += 1) take(piece.charCodeAt(i))
    },
    isOver: () => isOver,
  }
}
