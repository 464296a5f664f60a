/**
 * Starts the arms that were asked for, all at once.
 */
import { ArmUnavailable, type Arm, type ArmName } from './arm.ts'
import { direct } from './arms/direct.ts'
import { startAicc } from './arms/start-aicc.ts'
import { startLitellm } from './arms/start-litellm.ts'
import { startNginx } from './arms/start-nginx.ts'
import { startPortkey } from './arms/start-portkey.ts'
import type { ByArm } from './figures.ts'
import type { Setting } from './setting.ts'

const STARTS: Record<ArmName, (setting: Setting) => Arm | Promise<Arm>> = {
  direct: ({ mock }) => direct(mock),
  workerd: (setting) => startAicc(setting, 'workerd'),
  node: (setting) => startAicc(setting, 'node'),
  nginx: startNginx,
  portkey: startPortkey,
  litellm: startLitellm,
}

export interface StartedArms {
  arms: Arm[]
  unavailable: ByArm<string>
}

/** @throws Error when an arm that could run here does not start. */
export async function startArms(setting: Setting, names: readonly ArmName[]): Promise<StartedArms> {
  const unavailable: ByArm<string> = {}
  const started = await Promise.all(
    names.map(async (name) => {
      try {
        return await STARTS[name](setting)
      } catch (error) {
        if (!(error instanceof ArmUnavailable)) throw error
        unavailable[name] = error.message
        return null
      }
    }),
  )
  return { arms: started.filter((arm) => arm !== null), unavailable }
}
