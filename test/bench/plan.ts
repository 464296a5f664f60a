/**
 * What is measured, and for how long: the quick run and the full one.
 */
import type { Cell } from './figures.ts'
import type { StreamsPlan } from './measure/measure-streams.ts'

export interface Plan {
  /** Seconds under load before anything is recorded, for each arm and mode: compilers warm up. */
  warmupSeconds: number
  latency: { cells: Cell[]; seconds: number }
  /** Seconds for each arm. */
  rates: { cells: Cell[]; seconds: number }
  /** Seconds for each arm, at half of its own saturation. */
  openLoop: { seconds: number; promptBytes: number }
  streams: StreamsPlan[]
}

/** The circumstances that the targets speak of. */
export const HEADLINE: Cell = { concurrency: 8, promptBytes: 1000, stream: false, transport: 'http' }

const SMALL = 1000
const LARGE = 100_000

export function plan(quick: boolean): Plan {
  return quick ? QUICK : FULL
}

const QUICK: Plan = {
  warmupSeconds: 1,
  latency: { cells: [HEADLINE, { ...HEADLINE, stream: true }], seconds: 6 },
  rates: { cells: [HEADLINE], seconds: 3 },
  openLoop: { seconds: 4, promptBytes: SMALL },
  streams: [{ streams: 64, fps: 50, seconds: 3, promptBytes: SMALL, settleSeconds: 0 }],
}

const FULL: Plan = {
  warmupSeconds: 3,
  latency: {
    cells: [
      ...[1, 8, 32].flatMap((concurrency) =>
        [SMALL, LARGE].flatMap((promptBytes) =>
          [false, true].map((stream): Cell => ({ concurrency, promptBytes, stream, transport: 'http' })),
        ),
      ),
      { ...HEADLINE, transport: 'https' },
      { ...HEADLINE, stream: true, transport: 'https' },
    ],
    seconds: 8,
  },
  rates: {
    cells: [
      HEADLINE,
      { ...HEADLINE, stream: true },
      { ...HEADLINE, promptBytes: LARGE },
      { ...HEADLINE, concurrency: 32 },
      { ...HEADLINE, transport: 'https' },
    ],
    seconds: 4,
  },
  openLoop: { seconds: 12, promptBytes: SMALL },
  streams: [
    { streams: 64, fps: 50, seconds: 8, promptBytes: SMALL, settleSeconds: 0 },
    { streams: 128, fps: 50, seconds: 8, promptBytes: SMALL, settleSeconds: 0 },
    { streams: 512, fps: 10, seconds: 10, promptBytes: SMALL, settleSeconds: 15 },
  ],
}
