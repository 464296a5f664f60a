/**
 * A listening socket that this process holds open and edges inherit, so that one edge can replace another
 * without the port ever being closed.
 */
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { formatListener } from './listen-address.ts'
import { findPortHolder } from './find-port-holder.ts'
import type { Listener } from './run-file.ts'

export interface ListenSocket extends Listener {
  /** Descriptor in this process, to be handed on in `stdio` of a child. */
  fd: number
  close: () => Promise<void>
}

type HolderMessage = ({ fd: number } & Listener) | { error: string }

/**
 * @param flag the flag that chooses another address, for the message
 * @throws Error for people, naming who holds a taken port
 */
export async function openListenSocket(at: Listener, flag: string): Promise<ListenSocket> {
  const gate = new Int32Array(new SharedArrayBuffer(4))
  const worker = new Worker(new URL('./listen-socket-holder.ts', import.meta.url), {
    workerData: { ...at, gate },
    execArgv: [],
  })
  const [message] = (await once(worker, 'message')) as [HolderMessage]
  if ('error' in message) {
    await worker.terminate()
    throw new Error(await explainListenError(message.error, at, flag))
  }
  // The thread is no reason for this process to go on.
  worker.unref()
  return {
    ...message,
    close: async () => {
      const ended = once(worker, 'exit')
      worker.ref()
      Atomics.store(gate, 0, 1)
      Atomics.notify(gate, 0)
      await ended
    },
  }
}

/** What to tell a person of the system's error code. */
export async function explainListenError(code: string, at: Listener, flag: string): Promise<string> {
  const where = formatListener(at)
  const instead = `choose another with ${flag} ADDRESS:PORT (port 0 takes any free one)`
  switch (code) {
    case 'EADDRINUSE': {
      const holder = await findPortHolder(at.port)
      return `port ${at.port} is taken${holder === null ? '' : ` by ${holder}`}; stop it, or ${instead}`
    }
    case 'EACCES':
      return `listening on ${where} is not permitted (ports below 1024 need privileges); ${instead}`
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `${at.address} is no address of this machine; ${instead}`
    default:
      return `cannot listen on ${where} (${code}); ${instead}`
  }
}
