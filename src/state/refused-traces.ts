/**
 * Which traces a sink refused, and whether it is their fault: who is ill refuses them all, and a trace that spoils each
 * batch is refused while others get through. In memory: after a restart each has another turn.
 */

export interface RefusedTraces {
  /** The sink has them. */
  taken: (seqs: readonly number[]) => void
  /** Sets it aside. @returns whether others got through since it was refused last */
  refuse: (seq: number) => boolean
  /** It waits no more. */
  forget: (seq: number) => void
  /** Who lets all others go first. */
  aside: () => readonly number[]
  /** All others had their turn. */
  callBack: () => void
}

/** Beyond that all are forgotten: a sink that refuses so many is ill. */
const MOST = 10_000

export function createRefusedTraces(): RefusedTraces {
  /** How many had been taken when it was refused last. */
  const refused = new Map<number, number>()
  const aside = new Set<number>()
  let taken = 0
  const forget = (seq: number): void => {
    refused.delete(seq)
    aside.delete(seq)
  }
  return {
    taken(seqs) {
      taken += seqs.length
      seqs.forEach(forget)
    },
    refuse(seq) {
      if (refused.size >= MOST) {
        refused.clear()
        aside.clear()
      }
      const before = refused.get(seq)
      refused.set(seq, taken)
      aside.add(seq)
      return before !== undefined && before < taken
    },
    forget,
    aside: () => [...aside],
    callBack: () => aside.clear(),
  }
}
