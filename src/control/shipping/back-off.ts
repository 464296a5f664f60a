/** How long to wait before what failed is tried again. */

const FIRST_MS = 1000
const MOST_MS = 30_000

/**
 * Twice as long each time, drawn from the upper half, so that gateways that failed together do not come back together.
 * @param failures in a row, from 1
 * @param askedMs what the other side asks for; null = nothing
 * @param random 0 up to 1
 */
export function backOff(failures: number, askedMs: number | null, random: number): number {
  const whole = Math.min(MOST_MS, FIRST_MS * 2 ** (failures - 1))
  return Math.max(askedMs ?? 0, (whole / 2) * (1 + random))
}
