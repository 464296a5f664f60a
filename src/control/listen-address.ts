/**
 * `address:port` as written in flags, environment and policy.
 */
import { isIP } from 'node:net'
import { DEFAULT_LISTEN } from '../table/default-listen.ts'
import type { Listener } from './run-file.ts'

/**
 * @returns null for `off`
 * @throws Error that shows the accepted forms
 */
export function parseListenAddress(text: string): Listener | null {
  if (text === 'off') return null
  const match = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text)
  const address = match?.[1] ?? match?.[2]
  const port = Number(match?.[3])
  if (address === undefined || port > 65_535 || (match?.[1] !== undefined && isIP(address) !== 6)) {
    throw new Error(
      `\`${text}\` is no address to listen on; write ${DEFAULT_LISTEN.http}, ${DEFAULT_LISTEN.https}, [::]:8443 or off`,
    )
  }
  return { address, port }
}

/** Reachable from this machine only. */
export function isLoopback(address: string): boolean {
  return address === 'localhost' || address === '::1' || (isIP(address) === 4 && address.startsWith('127.'))
}

/** `address:port`, IPv6 in brackets. */
export function formatListener({ address, port }: Listener): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`
}
