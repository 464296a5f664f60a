/** The admin API's listener: loopback only. */
import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import { DEFAULT_LISTEN } from '../table/default-listen.ts'
import { type AdminOptions, createAdminApp } from './admin-app.ts'
import { checkAdmin } from './check-admin.ts'
import { isLoopback, parseListenAddress } from './listen-address.ts'
import { explainListenError } from './listen-socket.ts'
import { createLiveEvents, type LiveEventsOptions } from './live/live-events.ts'
import type { Listener } from './run-file.ts'

export interface AdminListener {
  at: Listener
  /** Hands lines of the log, each with its end, to who listens to `/admin/events`. */
  publish: (lines: string) => void
  close: () => Promise<void>
}

/**
 * @param address `address:port`
 * @throws Error for people when it is not of loopback, or cannot be listened on
 */
export async function openAdmin(
  address: string,
  { onListening, ...options }: AdminOptions & Pick<LiveEventsOptions, 'onListening'>,
): Promise<AdminListener> {
  const wanted = parseListenAddress(address)
  if (wanted === null || !isLoopback(wanted.address)) {
    throw new Error(
      `--admin ${address}: the admin API listens on loopback only, such as ${DEFAULT_LISTEN.admin}`,
    )
  }
  const server = createAdaptorServer({ fetch: createAdminApp(options).fetch }) as Server
  const events = createLiveEvents({
    onListening,
    check: ({ headers: { host, authorization } }) => checkAdmin({ host, authorization }, options.token),
  })
  server.on('upgrade', events.upgrade)
  try {
    server.listen(wanted.port, wanted.address)
    await once(server, 'listening')
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error)
    throw new Error(await explainListenError(code, wanted, '--admin'), { cause: error })
  }
  const { port } = server.address() as AddressInfo
  return {
    at: { address: wanted.address, port },
    publish: events.publish,
    close: () =>
      new Promise((resolve) => {
        events.close()
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
