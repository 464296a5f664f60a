/** A host that tells whether a mode is on, over HTTP. */
import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import type { ModeHost } from '../../../../src/table/mode-host.ts'

export interface FakeHost {
  /** What it says, and what its switch changes. */
  on: boolean
  /** Status of its answers. */
  status: number
  /** Null = `{"on": …}`. */
  body: string | null
  /** Whether its switch does what it is told. */
  obeys: boolean
  /** What is asked from now on is answered when that is settled, with what was true when it was asked. */
  hold: Promise<unknown>
  /** Method, path, key and body of each call. */
  calls: string[]
  origin: string
  close: () => void
}

export async function startModeHost(): Promise<FakeHost> {
  const server = http.createServer((request, response) => {
    let text = ''
    request.on('data', (chunk: Buffer) => (text += chunk.toString()))
    request.on('end', () => {
      host.calls.push(
        [request.method, request.url, request.headers.authorization ?? '-', text].join(' ').trim(),
      )
      if (request.method === 'POST' && request.url === '/toggle' && host.obeys) {
        host.on = (JSON.parse(text) as { on: boolean }).on
      }
      const said = host.body ?? JSON.stringify({ on: host.on })
      const { status, hold } = host
      void hold.then(() => response.writeHead(status, { location: '/elsewhere' }).end(said))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const close = (): void => {
    server.close()
    server.closeAllConnections()
  }
  onTestFinished(close)
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const host: FakeHost = {
    on: false,
    status: 200,
    body: null,
    obeys: true,
    hold: Promise.resolve(),
    calls: [],
    origin,
    close,
  }
  return host
}

export function modeHostAt(origin: string, fields: Partial<ModeHost> = {}): ModeHost {
  return {
    status: `${origin}/status`,
    toggle: `${origin}/toggle`,
    stopAll: null,
    on: null,
    key: null,
    intervalMs: 10_000,
    timeoutMs: 1000,
    unknown: 'keep',
    ...fields,
  }
}
