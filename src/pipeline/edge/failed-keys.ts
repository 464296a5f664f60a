/**
 * Counts wrong keys per address, so that guessing is slow and does not flood the log.
 * A right key always passes: several hosts may share one address (containers, NAT), and one that is
 * misconfigured must not lock the others out.
 */
import type { Limits } from '../../table/front-policy.ts'
import { networkOf } from './network-of.ts'

/** Addresses remembered at once; the one seen longest ago goes first. */
const MAX_ADDRESSES = 10_000

export interface FailedKeys {
  /**
   * Books one failure.
   * @param now Unix ms
   * @returns null while within the limit, else seconds until the window ends
   */
  book: (address: string, limit: Limits['failedKeys'], now: number) => number | null
  /** Whether the failure booked last for this address was the first beyond the limit: worth one line on the log. */
  isNews: (address: string, limit: Limits['failedKeys']) => boolean
}

export function createFailedKeys(): FailedKeys {
  const windows = new Map<string, { endsAt: number; count: number }>()
  return {
    book(address, limit, now) {
      const network = networkOf(address)
      let window = windows.get(network)
      if (window === undefined || window.endsAt <= now) window = { endsAt: now + limit.windowMs, count: 0 }
      window.count += 1
      windows.delete(network)
      windows.set(network, window)
      if (windows.size > MAX_ADDRESSES) windows.delete(windows.keys().next().value ?? '')
      return window.count <= limit.count ? null : Math.max(1, Math.ceil((window.endsAt - now) / 1000))
    },
    isNews: (address, limit) => windows.get(networkOf(address))?.count === limit.count + 1,
  }
}
