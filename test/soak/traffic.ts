/** Callers that never stop: plain answers, streams, clients that vanish, backends that break. */
import { setTimeout as sleep } from 'node:timers/promises'
import { askOf, streamOf, type Client } from '../conformance/harness/client.ts'

const ASKERS = 12
const STREAMERS = 24
const VANISHERS = 6
const BROKEN = 2
/** Pause between two calls of one caller: steady load, not saturation. */
const PAUSE_MS = 40

/** Model names that the traffic asks for. */
export const MODELS = { answer: 'moving', stream: 'stream', cut: 'cut' } as const

export interface Tally {
  answers: number
  streams: number
  vanished: number
  broken: number
  /** What ended in another way than it should have. */
  unexpected: number
  /** The first few of these in words. */
  examples: string[]
}

/** Calls until aborted, then lets the calls under way end. */
export async function keepCalling(client: Client, signal: AbortSignal): Promise<Tally> {
  const tally: Tally = { answers: 0, streams: 0, vanished: 0, broken: 0, unexpected: 0, examples: [] }
  const acts: [count: number, act: () => Promise<void>][] = [
    [
      ASKERS,
      async () => {
        const { status, text } = await client.chat(askOf(MODELS.answer))
        if (status !== 200) throw new Error(`answer: ${status} ${text.slice(0, 200)}`)
        tally.answers += 1
      },
    ],
    [
      STREAMERS,
      async () => {
        const { status, text } = await client.chat(streamOf(MODELS.stream))
        if (status !== 200 || !text.endsWith('data: [DONE]\n\n')) {
          throw new Error(`stream: ${status} ${text.slice(-200)}`)
        }
        tally.streams += 1
      },
    ],
    [
      VANISHERS,
      async () => {
        const open = await client.open({ body: streamOf(MODELS.stream) })
        await new Promise((resolve) => open.body.once('data', resolve))
        open.vanish()
        tally.vanished += 1
      },
    ],
    [
      BROKEN,
      async () => {
        const { status, text } = await client.chat(streamOf(MODELS.cut))
        if (status !== 200 || !text.includes('upstream_interrupted')) {
          throw new Error(`cut: ${status} ${text.slice(-200)}`)
        }
        tally.broken += 1
      },
    ],
  ]
  const loop = async (act: () => Promise<void>): Promise<void> => {
    while (!signal.aborted) {
      try {
        await act()
      } catch (error) {
        tally.unexpected += 1
        if (tally.examples.length < 5) tally.examples.push(String(error))
      }
      await sleep(PAUSE_MS)
    }
  }
  await Promise.all(
    acts.flatMap(([count, act]) => Array.from({ length: count }, async () => await loop(act))),
  )
  return tally
}
