/**
 * What two tables say differently, address by address.
 */
import type { RouteTable } from '../../src/table/route-table.ts'
import { ORDER_MARK, type Settings, toAddresses } from './addresses.ts'

export interface ChangedSetting {
  name: string
  /** Null = it was not there. */
  before: string | null
  /** Null = it is gone. */
  after: string | null
}

export interface StructureChange {
  address: string
  action: 'add' | 'change' | 'remove'
  settings: ChangedSetting[]
}

/** In the order of addresses, those of the new table first. */
export function compareStructure(before: RouteTable, after: RouteTable): StructureChange[] {
  const [old, now] = [toAddresses(before), toAddresses(after)]
  const addresses = [...now.keys(), ...[...old.keys()].filter((address) => !now.has(address))]
  return addresses.flatMap((address): StructureChange[] => {
    const [was, is] = [old.get(address), now.get(address)]
    const settings = compareSettings(was ?? {}, is ?? {})
    if (was === undefined) return [{ address, action: 'add', settings }]
    if (is === undefined) return [{ address, action: 'remove', settings }]
    return settings.length === 0 ? [] : [{ address, action: 'change', settings }]
  })
}

function compareSettings(before: Settings, after: Settings): ChangedSetting[] {
  const names = [...new Set([...Object.keys(after), ...Object.keys(before)])]
  return names
    .map((name) => ({ name, before: before[name] ?? null, after: after[name] ?? null }))
    .filter(({ name, before: was, after: is }) => was !== is && !(name === 'order' && isSameOrder(was, is)))
}

/** What was added or removed is told by itself: an order has changed when the things that stayed stand differently. */
function isSameOrder(before: string | null, after: string | null): boolean {
  const [was, is] = [before, after].map((text) => (text ?? '').split(ORDER_MARK))
  const stayed = (list: readonly string[] = [], other: readonly string[] = []): string =>
    list.filter((item) => other.includes(item)).join(ORDER_MARK)
  return stayed(was, is) === stayed(is, was)
}
