/**
 * The gateway's two listening sockets: where the flags and the policy want them, and how they change.
 */
import type { Listen } from '../table/front-policy.ts'
import { isLoopback, parseListenAddress } from './listen-address.ts'
import { openListenSocket, type ListenSocket } from './listen-socket.ts'
import type { Listener } from './run-file.ts'

/** What flags and environment variables say; null leaves it to the policy. */
export interface ListenOverrides {
  https: string | null
  http: string | null
  /** Plain HTTP may be reachable from other machines. */
  exposeHttp: boolean
  /** Host names to answer to besides the machine's own and those of the policy. */
  names: readonly string[]
}

export interface Listeners {
  https: ListenSocket | null
  http: ListenSocket | null
}

export interface ListenPlan {
  https: Listener | null
  http: Listener | null
}

/** @throws Error for people, naming the flag */
export function planListeners(overrides: ListenOverrides, policy: Listen): ListenPlan {
  const https = parseListenAddress(overrides.https ?? policy.https ?? 'off')
  const http = parseListenAddress(overrides.http ?? policy.http ?? 'off')
  if (https === null && http === null) {
    throw new Error('both HTTPS and plain HTTP are off; the gateway needs one of them (--https, --http)')
  }
  if (http !== null && !isLoopback(http.address) && !overrides.exposeHttp) {
    throw new Error(
      `plain HTTP on ${http.address} would carry keys and prompts over the network unencrypted.\n` +
        'Let other machines use HTTPS; where that cannot be (containers of this host, say), add --expose-http.',
    )
  }
  return { https, http }
}

/** A step from one set of sockets to the next, which is taken or taken back. */
export interface ListenersChange {
  next: Listeners
  /** Closes what the old set had and the next has not. */
  commit: () => Promise<void>
  /** Closes what was opened for the next set. */
  abandon: () => Promise<void>
}

/**
 * Opens what the plan asks for and the present set has not.
 * @param plans the plan that the present sockets were opened for, and the next one
 * @throws Error for people; nothing stays open then
 */
export async function changeListeners(
  present: Listeners,
  plans: { present: ListenPlan; next: ListenPlan },
): Promise<ListenersChange> {
  const next: Listeners = { https: null, http: null }
  const opened: ListenSocket[] = []
  const abandon = async (): Promise<void> => {
    await Promise.all(opened.map((socket) => socket.close()))
  }
  try {
    for (const name of ['https', 'http'] as const) {
      const wanted = plans.next[name]
      const before = plans.present[name]
      const kept = wanted?.address === before?.address && wanted?.port === before?.port
      if (kept) next[name] = present[name]
      else if (wanted !== null) opened.push((next[name] = await openListenSocket(wanted, `--${name}`)))
    }
  } catch (error) {
    await abandon()
    throw error
  }
  const gone = [present.https, present.http].filter(
    (socket): socket is ListenSocket => socket !== null && socket !== next.https && socket !== next.http,
  )
  const commit = async (): Promise<void> => {
    await Promise.all(gone.map((socket) => socket.close()))
  }
  return { next, commit, abandon }
}
