/**
 * What the benchmark was asked to do: flags in, options out.
 */
import { parseArgs } from 'node:util'
import { ARM_NAMES, type ArmName } from './arm.ts'
import { type Comparison, COMPARISONS } from './compare/compare-gateways.ts'

export interface BenchOptions {
  /** The headline figures only, within 90 seconds. */
  quick: boolean
  /** File for every figure, null = none. */
  json: string | null
  arms: ArmName[]
  /** Gateways of ours compared with each other, and nothing else; null = the arms above. */
  comparison: Comparison | null
  /** Root of another checkout that a comparison is made with; null = none. */
  base: string | null
}

export const USAGE: string = `usage: npm run bench -- [--quick] [--json FILE] [--only ARM,ARM]
       npm run bench -- --only limits|traces|slow-disk[,node] [--base CHECKOUT]

  --quick      c=8, 1 KB, 64 streams; direct, workerd, nginx and portkey; under 90 seconds
  --json FILE  write every figure to FILE
  --only ARMS  of ${ARM_NAMES.join(', ')}; direct always runs
  --only limits     what limits, budgets, ledger and breakers cost, in pairs
  --only traces     what traces to a sink cost, in pairs
  --only slow-disk  whether anybody feels a disk that takes 20 ms for a sync (needs strace)
  --base DIR   another checkout of this repository, with its packages installed, to compare limits with`

const QUICK_ARMS: readonly ArmName[] = ['direct', 'workerd', 'nginx', 'portkey']

/** @throws Error that names the flag at fault. */
export function parseOptions(argv: string[]): BenchOptions {
  const { values } = parseArgs({
    args: argv,
    options: {
      quick: { type: 'boolean', default: false },
      json: { type: 'string' },
      only: { type: 'string' },
      base: { type: 'string' },
    },
  })
  const words = values.only?.split(',').map((word) => word.trim())
  const comparison = COMPARISONS.find((one) => words?.includes(one)) ?? null
  if (values.base !== undefined && comparison !== 'limits') throw new Error('--base: goes with --only limits')
  const named = words?.filter((word) => word !== comparison).map(toArmName)
  const wanted = new Set(named ?? (values.quick ? QUICK_ARMS : ARM_NAMES))
  return {
    quick: values.quick,
    json: values.json ?? null,
    arms: ARM_NAMES.filter((name) => name === 'direct' || wanted.has(name)),
    comparison,
    base: values.base ?? null,
  }
}

function toArmName(text: string): ArmName {
  const name = ARM_NAMES.find((known) => known === text)
  if (name === undefined)
    throw new Error(`--only: no arm is called ${text}; there are ${ARM_NAMES.join(', ')}`)
  return name
}
