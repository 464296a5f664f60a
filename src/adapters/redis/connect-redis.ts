/** A connection to Redis that fails fast and comes back by itself. */
import { Redis } from 'ioredis'
import type { SharedLedger } from '../../ports.ts'
import { createRedisLedger, type RedisLedger } from './redis-ledger.ts'
import type { Log } from '../../table/log-line.ts'

export interface RedisConnection extends Pick<RedisLedger, 'raise'> {
  ledger: SharedLedger
  /** Resolves when it answers. */
  ping: () => Promise<unknown>
  close: () => void
}

export interface RedisConnectOptions {
  /** `redis://` or `rediss://`, with user and password if it wants them. */
  url: string
  prefix: string
  /** Called each time that it can be asked again: it may be another one, or have lost its memory. */
  onReady: () => void
  log: Log
}

const CONNECT_WITHIN_MS = 2000
/** Those who wait for an answer have shorter deadlines of their own. */
const ANSWER_WITHIN_MS = 1000
const RECONNECT_MOST_MS = 2000

export function connectRedis({ url, prefix, onReady, log }: RedisConnectOptions): RedisConnection {
  const redis = new Redis(url, {
    connectionName: 'aicc',
    connectTimeout: CONNECT_WITHIN_MS,
    commandTimeout: ANSWER_WITHIN_MS,
    // Whoever asks while it is away hears so at once, and is asked again by nobody.
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (times) => Math.min(RECONNECT_MOST_MS, 50 * times),
  })
  let problem: string | null = null
  // Its messages name host and port at most.
  redis.on('error', ({ message }: Error) => {
    if (problem === null) log('error', `Redis cannot be asked, the policy's \`onFailure\` holds: ${message}`)
    problem = message
  })
  redis.on('ready', () => {
    if (problem !== null) log('info', 'Redis answers again')
    problem = null
    onReady()
  })
  const ledger = createRedisLedger({ redis, prefix: `{${prefix}}:`, clock: 'server' })
  return {
    ledger,
    raise: ledger.raise,
    ping: () => redis.ping(),
    close: () => redis.disconnect(),
  }
}
