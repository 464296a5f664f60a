/**
 * Which of those that a limit turned away leave a record. Each second so many: a client that asks in a loop must not push
 * records of what was served out of an outbox that is full.
 */

/** A second. */
const MOST = 100

export type TurnedAway = (now: number) => boolean

/** @returns whether one more, at `now` in Unix ms, leaves a record */
export function createTurnedAway(): TurnedAway {
  let second = 0
  let count = 0
  return (now) => {
    const current = Math.floor(now / 1000)
    if (current !== second) count = 0
    second = current
    count += 1
    return count <= MOST
  }
}
