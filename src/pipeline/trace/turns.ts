/** Long work in pieces, between which others may have their turn. */

export type Turns<T> = Generator<undefined, T>

/** Lets everybody else go first after each piece. */
export async function inTurns<T>(work: Turns<T>): Promise<T> {
  for (;;) {
    const { done, value } = work.next()
    if (done === true) return value
    await new Promise((resolve) => {
      setTimeout(resolve, 0)
    })
  }
}

/** For what is short. */
export function inOneGo<T>(work: Turns<T>): T {
  for (;;) {
    const { done, value } = work.next()
    if (done === true) return value
  }
}
