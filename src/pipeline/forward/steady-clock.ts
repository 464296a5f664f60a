/** A clock that never goes back: deadlines that are kept in it are neither missed nor put off when the system's is set. */

/**
 * Where `now` jumps back, this clock stands still and goes on from there.
 * @param now Unix ms
 */
export function createSteadyClock(now: () => number): () => number {
  let last = now()
  let lead = 0
  return () => {
    const time = now()
    if (time + lead < last) lead = last - time
    last = time + lead
    return last
  }
}
