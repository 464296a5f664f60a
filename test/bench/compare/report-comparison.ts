/** A comparison as tables for people. */
import type { Verdict } from '../verdicts.ts'
import type { ComparedGateways } from './compare-gateways.ts'
import type { Compared } from './side.ts'

export function reportComparison({ sides, tables, targets, coresUsedByOthers }: ComparedGateways): string {
  const busy = coresUsedByOthers === null ? 'unknown' : coresUsedByOthers.toFixed(2)
  return [
    `Other processes kept ${busy} cores busy. Differences are medians within rounds, with a 95 % interval.`,
    '',
    ...tables.flatMap(({ title, figures }) => [title, ...figures.map((figure) => line(sides, figure)), '']),
    ...targets.map(verdict),
  ].join('\n')
}

function line(sides: readonly string[], { what, values, added }: Compared): string {
  const cells = sides.map((name, i) => {
    const change = added[i]
    const value = `${name} ${number(values[i] ?? Number.NaN)}`
    if (change == null) return value
    return `${value} (${signed(change.value)}, ${signed(change.low)} to ${signed(change.high)})`
  })
  return `  ${what.padEnd(28)} ${cells.join('   ')}`
}

function number(value: number): string {
  return value.toFixed(Math.abs(value) < 100 ? 2 : 0)
}

function signed(value: number): string {
  return `${value < 0 ? '' : '+'}${number(value)}`
}

function verdict({ target, measured, pass }: Verdict): string {
  return `${pass ? 'met   ' : 'MISSED'}  ${target}: ${measured}`
}
