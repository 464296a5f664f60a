/** One request with what is planted in it, generated; and what the policy promises of it. */
import {
  type Arbitrary,
  array,
  boolean,
  constant,
  constantFrom,
  nat,
  noBias,
  oneof,
  record,
  uniqueArray,
} from 'fast-check'
import type { Surface } from '../../src/table/route-table.ts'
import { ALL } from './draft.ts'
import { KIND_NAMES } from './plants.ts'
import { WAYS } from './zoned-policies.ts'

/** How a backend answers one attempt. */
export type Fault = 'none' | 500 | 429 | 503 | 400 | 'cut' | 'half' | 'html'

/** What no scan can read, beside what is planted. */
export type Unreadable = 'image' | 'sound' | 'file' | 'tokens' | 'bytes' | 'far'

export interface Planting {
  kind: string
  /** Makes the span. */
  salt: number
  dress: number
  place: number
}

/** All numbers choose among what there is, smaller ones the simpler. */
export interface Ask {
  surface: Surface
  stream: boolean
  way: number
  /** By the client all of whose requests are private. */
  isLabelled: boolean
  plantings: Planting[]
  unreadable: Unreadable | null
  /** Something is said that is a find, but that the policy allows. */
  saysAllowed: boolean
  /** What befalls its attempts, in turn; those beyond end well. */
  faults: Fault[]
  /** Harmless turns around it. */
  filler: number
}

const planting: Arbitrary<Planting> = record({
  kind: constantFrom(...KIND_NAMES),
  salt: noBias(nat()),
  dress: noBias(nat()),
  place: noBias(nat()),
})

const fault = oneof(
  { arbitrary: constant<Fault>('none'), weight: 5 },
  { arbitrary: constantFrom<Fault[]>(500, 429, 503, 400, 'cut', 'half', 'html'), weight: 4 },
)

export const ask: Arbitrary<Ask> = record({
  surface: oneof(
    { arbitrary: constant<Surface>('chat'), weight: 3 },
    { arbitrary: constantFrom(...ALL.filter((surface) => surface !== 'chat')), weight: 5 },
  ),
  stream: boolean(),
  way: noBias(nat(WAYS.length - 1)),
  isLabelled: noBias(nat(19)).map((n) => n === 19),
  plantings: oneof(
    { arbitrary: constant<Planting[]>([]), weight: 3 },
    { arbitrary: planting.map((only) => [only]), weight: 5 },
    {
      arbitrary: uniqueArray(planting, { minLength: 2, maxLength: 3, selector: ({ kind }) => kind }),
      weight: 2,
    },
  ),
  unreadable: oneof(
    { arbitrary: constant(null), weight: 14 },
    {
      arbitrary: constantFrom<Unreadable[]>('image', 'sound', 'file', 'tokens', 'bytes', 'far'),
      weight: 1,
    },
  ),
  saysAllowed: boolean(),
  faults: array(fault, { maxLength: 4 }),
  filler: nat(3),
})
