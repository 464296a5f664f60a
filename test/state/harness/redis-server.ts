/** A real Redis of our own, without a disk, on a socket in a folder of its own. */
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { Redis } from 'ioredis'

export interface RedisServer {
  port: number
  pid: number
  /** Ends it at once, as a crash would. */
  kill: () => Promise<void>
  stop: () => Promise<void>
}

/** Why there is none on this machine; null = there is one. */
export async function missingRedis(): Promise<string | null> {
  try {
    await promisify(execFile)('redis-server', ['--version'])
    return null
  } catch {
    return 'no redis-server (Debian: apt-get install redis-server)'
  }
}

/** @param port another than a free one, to come back where one was killed */
export async function startRedis(port?: number): Promise<RedisServer> {
  const dir = await mkdtemp(join(tmpdir(), 'aicc-redis-'))
  const chosen = port ?? (await freePort())
  const flags = [
    '--port',
    String(chosen),
    '--bind',
    '127.0.0.1',
    '--save',
    '',
    '--appendonly',
    'no',
    '--dir',
    dir,
  ]
  const child = spawn('redis-server', flags, { stdio: 'ignore' })
  const exited = once(child, 'exit')
  await untilReady(chosen)
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    child.kill(signal)
    await exited
    await rm(dir, { recursive: true, force: true })
  }
  return { port: chosen, pid: child.pid ?? 0, kill: () => end('SIGKILL'), stop: () => end('SIGTERM') }
}

async function untilReady(port: number): Promise<void> {
  for (const deadline = Date.now() + 10_000; ;) {
    const redis = new Redis({ port, lazyConnect: true, retryStrategy: null, maxRetriesPerRequest: 0 })
    redis.on('error', () => {})
    try {
      await redis.connect()
      await redis.ping()
      return
    } catch (error) {
      if (Date.now() > deadline) throw new Error('redis-server did not start', { cause: error })
      await sleep(20)
    } finally {
      redis.disconnect()
    }
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
