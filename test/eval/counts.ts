/** Hits and misses of a detector, and the rates they make. */

export interface Counts {
  /** What should be found. */
  positives: number
  found: number
  /** What should not be found. */
  negatives: number
  /** Found where nothing is. */
  wrong: number
}

export function countAll(cases: Iterable<{ positive: boolean; flagged: boolean }>): Counts {
  const counts: Counts = { positives: 0, found: 0, negatives: 0, wrong: 0 }
  for (const { positive, flagged } of cases) {
    counts[positive ? 'positives' : 'negatives'] += 1
    if (flagged) counts[positive ? 'found' : 'wrong'] += 1
  }
  return counts
}

/** Of what should be found, the share that is; 1 when there is nothing to find. */
export function recallOf({ positives, found }: Counts): number {
  return positives === 0 ? 1 : found / positives
}

/** Of what is found, the share that should be; 1 when nothing is found. */
export function precisionOf({ found, wrong }: Counts): number {
  return found + wrong === 0 ? 1 : found / (found + wrong)
}

/** Of what should not be found, the share that is. */
export function falseRateOf({ negatives, wrong }: Counts): number {
  return negatives === 0 ? 0 : wrong / negatives
}

/** Groups in the order of their first member. */
export function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const item of items) {
    const key = keyOf(item)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [item])
    else group.push(item)
  }
  return groups
}
