/**
 * Arms as a load job wants them: one endpoint each, all with the same body.
 */
import type { Arm, Endpoint, Gateway } from '../arm.ts'
import type { Cell } from '../figures.ts'
import type { JobArm } from '../loadgen.ts'
import { plainBody, streamBody } from '../requests.ts'

/** Frames of the short stream that the closed loops call for, sent as fast as they are taken. */
export const SHORT_STREAM_FRAMES = 16

/** The arms that speak the cell's transport. */
export function armsOf(cell: Cell, arms: readonly Arm[]): Arm[] {
  return arms.filter((arm) => endpointOf(arm, cell.transport) !== null)
}

/** @throws Error when an arm does not speak the cell's transport. */
export function jobArms(cell: Cell, arms: readonly Arm[]): JobArm[] {
  const { promptBytes } = cell
  const body = cell.stream
    ? streamBody({ promptBytes, frames: SHORT_STREAM_FRAMES, fps: 0 })
    : plainBody(promptBytes)
  return arms.map((arm) => toJobArm(arm, cell.transport, body))
}

export function toJobArm(
  arm: Gateway & { name: string },
  transport: Cell['transport'],
  body: string,
): JobArm {
  const endpoint = endpointOf(arm, transport)
  if (endpoint === null) throw new Error(`${arm.name} does not speak ${transport}`)
  return { name: arm.name, body, ...endpoint }
}

function endpointOf(arm: Gateway, transport: Cell['transport']): Endpoint | null {
  return transport === 'http' ? arm.http : arm.https
}
