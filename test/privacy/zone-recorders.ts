/** A recording backend for every zone. Each answers as the ask says that it comes from. */
import { type RecordingUpstream, startUpstream } from '../upstream/recording-upstream.ts'
import { answer } from './answer.ts'
import type { Fault } from './ask.ts'
import { findMark } from './compose.ts'
import type { Witness } from './witness.ts'
import type { Zone } from './zoned-policies.ts'

export interface ZoneRecorders {
  origins: Readonly<Record<Zone, string>>
  /** What befalls the attempts of an ask, in turn. */
  script: (number: number, faults: readonly Fault[]) => void
  close: () => Promise<void>
}

export async function startZoneRecorders(witness: Witness): Promise<ZoneRecorders> {
  const faults = new Map<number, Fault[]>()
  const start = async (zone: Zone): Promise<RecordingUpstream> => {
    const upstream = await startUpstream()
    upstream.otherwise((recorded) => {
      witness.see(zone, recorded)
      upstream.forget()
      const number = findMark(recorded.body.toString('utf8'))
      return answer(faults.get(number ?? -1)?.shift() ?? 'none', recorded)
    })
    return upstream
  }
  const [cloud, lan, local] = await Promise.all([start('cloud'), start('lan'), start('local')])
  return {
    origins: { cloud: cloud.origin, lan: lan.origin, local: local.origin },
    script: (number, script) => void faults.set(number, [...script]),
    close: async () => {
      await Promise.all([cloud.close(), lan.close(), local.close()])
    },
  }
}
