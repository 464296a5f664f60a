/** A host that takes no connection and refuses none: a listener with a full backlog, in a process that stands still. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

export interface BlackHole {
  port: number
  close: () => void
}

/** Its process stops itself when it listens: nobody takes a connection out of the queue from then on. */
const LISTENER = `
require('node:net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, function () {
  process.stdout.write(String(this.address().port), () => process.kill(process.pid, 'SIGSTOP'))
})`

/** So long a connection may take that comes about. */
const CONNECT_MS = 300
/** A backlog of one holds two or three. */
const MOST_FILLERS = 16

export async function openBlackHole(): Promise<BlackHole> {
  const child: ChildProcess = spawn(process.execPath, ['-e', LISTENER], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  if (child.stdout === null) throw new Error('no output')
  const [data] = (await once(child.stdout, 'data')) as [Buffer]
  const port = Number(data.toString())
  const fillers: Socket[] = []
  const close = (): void => {
    for (const socket of fillers) socket.destroy()
    child.kill('SIGKILL')
  }
  try {
    while (await connects(port, fillers)) {
      if (fillers.length > MOST_FILLERS) throw new Error('the backlog does not fill')
    }
  } catch (error) {
    close()
    throw error
  }
  return { port, close }
}

/** Whether one more connection comes about; it is kept either way. */
async function connects(port: number, kept: Socket[]): Promise<boolean> {
  const socket = connect({ port, host: '127.0.0.1' })
  socket.on('error', () => {})
  kept.push(socket)
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), CONNECT_MS)
    socket.once('connect', () => {
      clearTimeout(timer)
      resolve(true)
    })
  })
}
