/** Whether this process got to work: the backends live in it, and on a machine that is used up by others they stand still. */

export interface Stalls {
  /** Whether it did at every moment from one time to the other, in ms of `performance.now()`. */
  wasAwake: (from: number, to: number) => boolean
  /** The longest, in ms. */
  longest: () => number
  stop: () => void
}

const LOOK_EVERY_MS = 50
/** A quarter of what the policy gives a backend between two words. */
const STALLED_MS = 500

export function watchStalls(): Stalls {
  const stalls: { from: number; to: number }[] = []
  let seen = performance.now()
  let longest = 0
  const look = (): void => {
    const now = performance.now()
    longest = Math.max(longest, now - seen)
    if (now - seen > STALLED_MS) stalls.push({ from: seen, to: now })
    seen = now
  }
  const timer = setInterval(look, LOOK_EVERY_MS)
  return {
    wasAwake: (from, to) => !stalls.some((stall) => stall.from <= to && stall.to >= from),
    longest: () => longest,
    stop: () => clearInterval(timer),
  }
}
