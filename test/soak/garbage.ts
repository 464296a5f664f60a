/** Has a Node process collect its garbage, so that what it still holds is what it needs. Through its inspector. */
import { setTimeout as sleep } from 'node:timers/promises'

export interface Garbage {
  collect: () => Promise<void>
  close: () => void
}

/** Where Node's inspector listens when a signal opens it: one process at a time. */
const INSPECTOR = 'http://127.0.0.1:9229/json/list'
const OPENS_WITHIN_MS = 10_000

/** @throws Error when its inspector does not open, or another process has taken the port */
export async function openGarbage(pid: number): Promise<Garbage> {
  process.kill(pid, 'SIGUSR1')
  const socket = new WebSocket(await inspectorOf(pid))
  await new Promise<void>((resolve, reject) => {
    socket.addEventListener('open', () => resolve())
    socket.addEventListener('error', () => reject(new Error(`the inspector of ${pid} takes no connection`)))
  })
  let calls = 0
  const answered = new Map<number, () => void>()
  socket.addEventListener('message', ({ data }) => {
    const { id } = JSON.parse(String(data)) as { id?: number }
    if (id !== undefined) answered.get(id)?.()
  })
  return {
    collect() {
      calls += 1
      const { promise, resolve } = Promise.withResolvers<void>()
      answered.set(calls, resolve)
      socket.send(JSON.stringify({ id: calls, method: 'HeapProfiler.collectGarbage' }))
      return promise
    },
    close: () => socket.close(),
  }
}

async function inspectorOf(pid: number): Promise<string> {
  for (const deadline = Date.now() + OPENS_WITHIN_MS; Date.now() < deadline; await sleep(100)) {
    const response = await fetch(INSPECTOR).catch(() => null)
    const [target] = ((await response?.json()) ?? []) as { title?: string; webSocketDebuggerUrl?: string }[]
    if (target?.webSocketDebuggerUrl === undefined) continue
    if (target.title?.includes(`[${pid}]`) === true) return target.webSocketDebuggerUrl
  }
  throw new Error(`the inspector of ${pid} does not open: is port 9229 taken?`)
}
