/** Backends as service bindings: `backend:NAME` for HTTP, `tcp:NAME` to see whether anyone is there. */
import { type BackendFetch, BackendUnreachable, StaleConnection } from '../../ports.ts'

/**
 * A backend that answered within this time is taken to be there. `fetch` cannot tell a host that is
 * off from a slow model, so after a pause a bare TCP connection asks first (about 1 ms on a LAN).
 */
const PRESUMED_ALIVE_MS = 5000

/** How long workerd keeps an idle connection, and some: an attempt may run long before its connection dies. */
const KEPT_MS = 10_000

export function createWorkerdBackendFetch(bindings: Record<string, Fetcher | undefined>): BackendFetch {
  const lastAnswer = new Map<string, number>()
  return async (backend, request) => {
    const service = bindings[`backend:${backend}`]
    if (service === undefined) throw new BackendUnreachable('it is not bound to this edge')
    if (Date.now() - (lastAnswer.get(backend) ?? 0) > PRESUMED_ALIVE_MS) {
      await knock(bindings[`tcp:${backend}`], request.connectTimeoutMs)
    }
    try {
      const response = await service.fetch(request.origin + request.path, {
        method: request.method,
        headers: request.headers,
        body: request.bytes ?? request.body,
        signal: request.signal,
        redirect: 'manual',
      })
      lastAnswer.set(backend, Date.now())
      return response
    } catch (error) {
      // It may have been kept from an answer before; workerd keeps connections for five seconds.
      const isOld = !request.signal.aborted && Date.now() - (lastAnswer.get(backend) ?? 0) < KEPT_MS
      lastAnswer.delete(backend)
      throw isOld ? new StaleConnection('a connection that was kept has died', { cause: error }) : error
    }
  }
}

/** @throws BackendUnreachable */
async function knock(service: Fetcher | undefined, timeoutMs: number): Promise<void> {
  if (service === undefined) return
  const socket = service.connect('backend:1')
  let timer: ReturnType<typeof setTimeout> | null = null
  const expired = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new BackendUnreachable(`no connection within ${timeoutMs} ms`)),
      timeoutMs,
    )
  })
  socket.closed.catch(() => {})
  try {
    await Promise.race([socket.opened, expired])
  } catch (error) {
    throw error instanceof BackendUnreachable ? error : new BackendUnreachable('the connection was refused')
  } finally {
    if (timer !== null) clearTimeout(timer)
    socket.close().catch(() => {})
  }
}
