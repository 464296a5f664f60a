/**
 * What alerts must not forget over a restart, in the state folder: which of them fire, and who has not been told yet.
 */
import { readIfThere, writePrivate } from '../state-folder.ts'
import type { AlertNotice } from './courier.ts'
import type { Log } from '../../table/log-line.ts'

/** Times are Unix ms. */
export interface FiringAlert {
  name: string
  about: string | null
  since: number
  toldAt: number
}

export interface KeptAlerts {
  firing: FiringAlert[]
  /** By receiver. */
  waiting: Record<string, AlertNotice[]>
}

const NOTHING: KeptAlerts = { firing: [], waiting: {} }

/** A file that cannot be read costs no more than being told once more. */
export async function readAlerts(path: string, log: Log): Promise<KeptAlerts> {
  try {
    const text = await readIfThere(path)
    return text === null ? NOTHING : parse(text)
  } catch (error) {
    log('warn', `${path} cannot be read, so alerts may be told twice: ${(error as Error).message}`)
    return NOTHING
  }
}

export async function writeAlerts(path: string, kept: KeptAlerts): Promise<void> {
  await writePrivate(path, `${JSON.stringify(kept, null, 2)}\n`)
}

/** @throws Error when it is not what writeAlerts() wrote */
function parse(text: string): KeptAlerts {
  const { firing, waiting } = JSON.parse(text) as Partial<KeptAlerts>
  const isSound =
    Array.isArray(firing) &&
    firing.every(({ name, since, toldAt }) => typeof name === 'string' && isTime(since) && isTime(toldAt)) &&
    typeof waiting === 'object' &&
    Object.values(waiting).every((list) => Array.isArray(list) && list.every(isNotice))
  if (!isSound) throw new Error('it is damaged')
  return { firing, waiting }
}

function isTime(value: unknown): boolean {
  return typeof value === 'number' && Number.isFinite(value)
}

function isNotice(value: AlertNotice): boolean {
  return typeof value.key === 'string' && typeof value.text === 'string' && isTime(value.replaced)
}
