/**
 * This gateway with the least policy that routes.
 */
import type { Runtime } from '../../../src/control/run-file.ts'
import type { Arm } from '../arm.ts'
import type { Setting } from '../setting.ts'
import { leastPolicies } from './bench-policies.ts'
import { startGateway } from './start-gateway.ts'

export async function startAicc(setting: Setting, runtime: Runtime): Promise<Arm> {
  const policies = leastPolicies(setting.mock.http)
  const gateway = await startGateway(setting, { name: `aicc-${runtime}`, runtime, policies })
  return { name: runtime, label: `aicc on ${runtime}`, ...gateway }
}
