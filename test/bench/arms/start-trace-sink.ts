/** A sink of traces that takes all, as Langfuse does when it is well, and keeps nothing. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** For the environment of a gateway that ships to it. */
export const SINK_KEYS: Readonly<Record<string, string>> = {
  LANGFUSE_PUBLIC_KEY: 'pk-lf-bench',
  LANGFUSE_SECRET_KEY: 'sk-lf-bench',
}

export interface TraceSinkServer {
  url: string
  /** Ends it. @throws when no trace ever came: then nothing was measured */
  close: () => Promise<void>
}

export async function startTraceSink(): Promise<TraceSinkServer> {
  let taken = 0
  const server = createServer((request, response) => {
    request.resume()
    request.once('end', () => {
      const isHealth = request.url === '/api/public/health'
      if (!isHealth) taken += 1
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end(isHealth ? '{"status":"OK","version":"4.16.0"}' : '{}')
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
      if (taken === 0) throw new Error('no trace came to the sink')
    },
  }
}
