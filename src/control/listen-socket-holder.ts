/**
 * Runs in a worker thread: opens a listening socket, reports its descriptor and never accepts a connection.
 * A Node loop that polls a listening socket also accepts on it; so this thread's loop stops for good
 * once the socket is open, and only the edges, which inherit the descriptor, take connections from it.
 */
// oxlint-disable unicorn/require-post-message-target-origin -- a worker thread's port has no origin
import net from 'node:net'
import { parentPort, workerData } from 'node:worker_threads'

const { address, port, gate } = workerData as { address: string; port: number; gate: Int32Array }

const server = net.createServer()
server.once('error', (error: NodeJS.ErrnoException) => parentPort?.postMessage({ error: error.code }))
// A burst of connections waits here while one edge replaces another.
server.listen({ host: address, port, backlog: 1024 }, () => {
  const { fd } = (server as unknown as { _handle: { fd: number } })._handle
  const bound = server.address() as net.AddressInfo
  parentPort?.postMessage({ fd, address: bound.address, port: bound.port })
  // Right here: one more turn of the loop would take whoever connects just now, and never answer.
  Atomics.wait(gate, 0, 0)
  server.close()
})
