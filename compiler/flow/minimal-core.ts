/**
 * The smallest part of a list that is enough for a conflict: QuickXplain (Junker 2004). Leaving out any of what it
 * returns would dissolve the conflict. Asks about k · log(n / k) times for k of n.
 */

/** @param conflicts whether these do; adding to them never undoes it. Expected to be true of all. */
export function minimalCore<T>(items: readonly T[], conflicts: (chosen: readonly T[]) => boolean): T[] {
  const explain = (base: readonly T[], hasGrown: boolean, rest: readonly T[]): readonly T[] => {
    if (hasGrown && conflicts(base)) return []
    if (rest.length === 1) return rest
    const half = Math.floor(rest.length / 2)
    const [first, second] = [rest.slice(0, half), rest.slice(half)]
    const late = explain([...base, ...first], true, second)
    const early = explain([...base, ...late], late.length > 0, first)
    return [...early, ...late]
  }
  return conflicts([]) ? [] : [...explain([], false, items)]
}
