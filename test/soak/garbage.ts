/** Has a Node process collect its garbage, so that what it still holds is what it needs. Through its inspector. */
import { setTimeout as sleep } from 'node:timers/promises'

export interface Garbage {
  collect: () => Promise<void>
  close: () => void
}

/** Where Node's inspector listens when a signal opens it: one process at a time. */
const INSPECTOR = 'http://127.0.0.1:9229/json/list'
const OPENS_WITHIN_MS = 10_000

interface Answer {
  id?: number
  result?: { result?: { value?: unknown } }
}

/** @throws Error when its inspector does not open, or another process has taken the port */
export async function openGarbage(pid: number): Promise<Garbage> {
  process.kill(pid, 'SIGUSR1')
  const socket = new WebSocket(await inspectorUrl())
  await new Promise<void>((resolve, reject) => {
    socket.addEventListener('open', () => resolve())
    socket.addEventListener('error', () => reject(new Error('the inspector takes no connection')))
  })
  let calls = 0
  const waiting = new Map<number, (answer: Answer) => void>()
  socket.addEventListener('message', ({ data }) => {
    const answer = JSON.parse(String(data)) as Answer
    waiting.get(answer.id ?? 0)?.(answer)
    waiting.delete(answer.id ?? 0)
  })
  const ask = (method: string, params: object = {}): Promise<Answer> => {
    calls += 1
    const { promise, resolve } = Promise.withResolvers<Answer>()
    waiting.set(calls, resolve)
    socket.send(JSON.stringify({ id: calls, method, params }))
    return promise
  }
  const { result } = await ask('Runtime.evaluate', { expression: 'process.pid' })
  if (result?.result?.value !== pid) throw new Error('port 9229 is the inspector of another process')
  return {
    collect: async () => void (await ask('HeapProfiler.collectGarbage')),
    close: () => socket.close(),
  }
}

async function inspectorUrl(): Promise<string> {
  for (const deadline = Date.now() + OPENS_WITHIN_MS; Date.now() < deadline; await sleep(100)) {
    const response = await fetch(INSPECTOR).catch(() => null)
    const [target] = ((await response?.json()) ?? []) as { webSocketDebuggerUrl?: string }[]
    if (target?.webSocketDebuggerUrl !== undefined) return target.webSocketDebuggerUrl
  }
  throw new Error('the inspector does not open')
}
