/**
 * Starts the arms that were asked for.
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

const OURS: ReadonlySet<ArmName> = new Set(['direct', 'workerd', 'node'])

export interface StartedArms {
  arms: Arm[]
  unavailable: ByArm<string>
}

/** @throws Error when one of our own does not start; another's that does not is reported as unavailable. */
export async function startArms(setting: Setting, names: readonly ArmName[]): Promise<StartedArms> {
  const arms: Arm[] = []
  const unavailable: ByArm<string> = {}
  // One after the other: the two of ours write the same bundle, and a busy machine starts nothing sooner.
  for (const name of names) {
    try {
      arms.push(await STARTS[name](setting))
    } catch (error) {
      if (OURS.has(name) || !(error instanceof Error)) throw error
      unavailable[name] = error instanceof ArmUnavailable ? error.message : lastLine(error.message)
    }
  }
  return { arms, unavailable }
}

function lastLine(text: string): string {
  return text.slice(text.lastIndexOf('\n') + 1)
}
