/** A/B by weight: the same key always falls on the same arm. */
import { hashText } from './hash-text.ts'

/** @param arms not empty, weights above 0 */
export function pickArm(arms: readonly { to: string; weight: number }[], key: string): string {
  const total = arms.reduce((sum, { weight }) => sum + weight, 0)
  let point = (hashText(key) / 2 ** 32) * total
  for (const { to, weight } of arms) {
    point -= weight
    if (point < 0) return to
  }
  return arms.at(-1)?.to ?? ''
}
