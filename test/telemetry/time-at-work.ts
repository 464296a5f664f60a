/** How long a gateway that answers all the time was at work: a machine that is used up by others stops it for whole moments. */

/** Between two answers of callers who hardly pause; a longer gap is a stop, and counts for so much. In ms. */
const LONGEST_GAP_MS = 20

/** @param beats when answers ended, ascending, ms. @returns ms between `from` and `to` in which it worked */
export function timeAtWork(beats: readonly number[], from: number, to: number): number {
  let worked = 0
  let last = from
  for (const beat of [...beats.filter((at) => at > from && at < to), to]) {
    worked += Math.min(LONGEST_GAP_MS, beat - last)
    last = beat
  }
  return worked
}
