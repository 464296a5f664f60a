/** Asks the toy model as the pipeline does, and reads the whole answer. Needs fake timers when it streams. */
import { vi } from 'vitest'
import { demo } from '../../../src/backends/demo.ts'
import type { BackendRequest } from '../../../src/ports.ts'
import { eventData } from '../../../src/protocols/sse.ts'
import { makeBackend } from '../make-snapshot.ts'

export async function askDemo(path: string, body: object, signal?: AbortSignal): Promise<Response> {
  const request: BackendRequest = {
    method: 'POST',
    origin: '',
    path,
    headers: {},
    body: JSON.stringify({ model: 'toy', ...body }),
    signal: signal ?? new AbortController().signal,
    connectTimeoutMs: 1000,
  }
  const nobody = (): Promise<Response> => Promise.reject(new Error('the demo asks nobody'))
  const backend = makeBackend({ kind: 'demo' })
  const response = await demo.respond?.(request, { backend, fetch: nobody, defer: () => {} })
  if (response === undefined) throw new Error('the demo does not answer')
  return response
}

/** The data of all events of a streamed answer. */
export async function streamDemo(path: string, body: object): Promise<string[]> {
  const response = await askDemo(path, { ...body, stream: true })
  const text = response.text()
  await vi.advanceTimersByTimeAsync(60_000)
  return eventData(await text)
}
