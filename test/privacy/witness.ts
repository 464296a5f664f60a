/** Sees every request that reaches a backend, and tells what should never have come there. */
import type { Recorded } from '../upstream/recording-upstream.ts'
import { type Composed, findMark } from './compose.ts'
import { readings } from './readings.ts'
import { windowsOf } from './windows.ts'
import { MAY_REACH, type Zone, ZONES } from './zoned-policies.ts'

export interface Leak {
  /** Number of the ask. */
  number: number
  zone: Zone
  what: string
  /** The request as it arrived. */
  body: string
}

export interface Witness {
  /** From now on it knows what must not be seen of this ask. */
  expect: (composed: Composed) => void
  see: (zone: Zone, recorded: Recorded) => void
  /** What is told of requests, to nobody who would answer. */
  overhear: (zone: Zone, text: string) => void
  leaks: readonly Leak[]
  /** Zones that an ask reached, once for each of its attempts. */
  reached: (number: number) => readonly Zone[]
}

interface Guarded {
  number: number
  kind: string
  zone: number
}

export function createWitness(): Witness {
  const asks = new Map<number, Composed>()
  /** From a stretch of a span to where it may be seen. */
  const spans = new Map<string, Guarded>()
  const reached = new Map<number, Zone[]>()
  const leaks: Leak[] = []

  const findSpan = (text: string, zone: number): Guarded | null => {
    for (const window of windowsOf(text)) {
      const guarded = spans.get(window)
      if (guarded !== undefined && guarded.zone > zone) return guarded
    }
    return null
  }

  return {
    leaks,
    reached: (number) => reached.get(number) ?? [],
    expect(composed) {
      asks.set(composed.number, composed)
      for (const { plant } of composed.planted) {
        const zone = ZONES.indexOf(MAY_REACH[plant.label])
        for (const core of plant.cores) {
          const guarded = { number: composed.number, kind: plant.kind, zone }
          for (const window of windowsOf(core)) spans.set(window, guarded)
        }
      }
    },
    overhear(zone, text) {
      const found = [...readings(text)].map((reading) => findSpan(reading, ZONES.indexOf(zone)))
      const span = found.find((one) => one !== null)
      if (span) leaks.push({ number: span.number, zone, what: `a ${span.kind} in a trace`, body: text })
    },
    see(name, { method, path, rawHeaders, body: bytes }) {
      const zone = ZONES.indexOf(name)
      const body = bytes.toString('utf8')
      const heads = [path, ...rawHeaders].join('\n')
      const number = findMark(body) ?? findMark(heads)
      if (number !== null) reached.set(number, [...(reached.get(number) ?? []), name])
      const leak = (what: string, of: number | null): void => {
        leaks.push({ number: of ?? -1, zone: name, what, body })
      }
      const ask = number === null ? undefined : asks.get(number)
      // The gateway's own questions, whether a backend is there, ask nothing of a model.
      // Of the question to the classifier's model all that is found is taken out, the mark of the ask as well where it is
      // part of it. Nobody is trusted more than the last zone, so what comes there can be no leak for want of a name.
      const isQuestion =
        number === null && zone === ZONES.length - 1 && body.includes('Classify how much reasoning')
      if (ask === undefined && method === 'POST' && !isQuestion) leak('a request that nobody sent', number)
      else if (ask !== undefined && ask.minZone > zone) leak('a request with a label', number)
      // The most trusted may see all.
      if (zone === ZONES.length - 1) return
      for (const text of [...readings(body), ...readings(heads)]) {
        const span = findSpan(text, zone)
        if (span !== null) return leak(`a span of kind ${span.kind}`, span.number)
      }
    },
  }
}
