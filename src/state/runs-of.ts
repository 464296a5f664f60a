/** Whole numbers → the runs in which each is one more than the one before: for databases, one statement instead of many. */

export interface Run {
  first: number
  last: number
}

export function runsOf(numbers: readonly number[]): Run[] {
  const runs: Run[] = []
  for (const number of numbers) {
    const run = runs.at(-1)
    if (run !== undefined && number === run.last + 1) run.last = number
    else runs.push({ first: number, last: number })
  }
  return runs
}
