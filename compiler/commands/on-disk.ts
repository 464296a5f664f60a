/** Whether the policies in the gateway's folder are those that it serves. */
import type { GatewayStatus } from '../../src/control/gateway-status.ts'
import { compile } from '../compile.ts'

/** `refused` = they do not compile; `unknown` = the folder cannot be read from here. */
export type OnDisk = 'in-force' | 'changed' | 'refused' | 'unknown'

export async function compareOnDisk({
  policies,
  digest,
}: Pick<GatewayStatus, 'policies' | 'digest'>): Promise<OnDisk> {
  const result = await compile({ policies }).catch(() => null)
  if (result === null) return 'unknown'
  if (result.ok) return result.table.digest === digest ? 'in-force' : 'changed'
  const isUnread = result.diagnostics.some(({ code }) => code === 'yaml/unreadable-file')
  return isUnread ? 'unknown' : 'refused'
}
