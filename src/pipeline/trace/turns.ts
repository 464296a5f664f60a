/** Long work in pieces, between which others may have their turn. */

export type Turns<T> = Generator<undefined, T>

/** What is half done holds many times the memory of what waits: beyond so many, who comes is done in one go. */
const MOST_UNDER_WAY = 16

let underWay = 0

/** Lets everybody else go first after each piece. */
export async function inTurns<T>(work: Turns<T>): Promise<T> {
  if (underWay >= MOST_UNDER_WAY) return inOneGo(work)
  underWay += 1
  try {
    for (;;) {
      const { done, value } = work.next()
      if (done === true) return value
      await new Promise((resolve) => {
        setTimeout(resolve, 0)
      })
    }
  } finally {
    underWay -= 1
  }
}

/** For what is short. */
export function inOneGo<T>(work: Turns<T>): T {
  for (;;) {
    const { done, value } = work.next()
    if (done === true) return value
  }
}
