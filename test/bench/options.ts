/**
 * What the benchmark was asked to do: flags in, options out.
 */
import { parseArgs } from 'node:util'
import { ARM_NAMES, type ArmName } from './arm.ts'

export interface BenchOptions {
  /** The headline figures only, within 90 seconds. */
  quick: boolean
  /** File for every figure, null = none. */
  json: string | null
  arms: ArmName[]
}

export const USAGE: string = `usage: npm run bench -- [--quick] [--json FILE] [--only ARM,ARM]

  --quick      c=8, 1 KB, 64 streams; direct, workerd, nginx and portkey; under 90 seconds
  --json FILE  write every figure to FILE
  --only ARMS  of ${ARM_NAMES.join(', ')}; direct always runs`

const QUICK_ARMS: readonly ArmName[] = ['direct', 'workerd', 'nginx', 'portkey']

/** @throws Error that names the flag at fault. */
export function parseOptions(argv: string[]): BenchOptions {
  const { values } = parseArgs({
    args: argv,
    options: {
      quick: { type: 'boolean', default: false },
      json: { type: 'string' },
      only: { type: 'string' },
    },
  })
  const named = values.only?.split(',').map(toArmName)
  const wanted = new Set(named ?? (values.quick ? QUICK_ARMS : ARM_NAMES))
  return {
    quick: values.quick,
    json: values.json ?? null,
    arms: ARM_NAMES.filter((name) => name === 'direct' || wanted.has(name)),
  }
}

function toArmName(text: string): ArmName {
  const name = ARM_NAMES.find((known) => known === text.trim())
  if (name === undefined)
    throw new Error(`--only: no arm is called ${text}; there are ${ARM_NAMES.join(', ')}`)
  return name
}
