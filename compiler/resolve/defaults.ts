/**
 * What holds where a policy says nothing. The `@default` tags in `config.ts` say the same to editors;
 * a test compares the two.
 */
import { DEFAULT_LISTEN } from '../../src/table/default-listen.ts'

export interface Defaults {
  timeouts: { connect: string; firstToken: string; idle: string; total: string }
  keepAlive: string
  listen: { https: string; http: string }
  limits: { body: string; bodyTimeout: string; headers: string; headerCount: number; failedKeys: string }
  cors: { maxAge: string }
}

export const DEFAULTS: Defaults = {
  timeouts: { connect: '3s', firstToken: '60s', idle: '30s', total: '10m' },
  keepAlive: '10s',
  listen: { https: DEFAULT_LISTEN.https, http: DEFAULT_LISTEN.http },
  limits: { body: '10MiB', bodyTimeout: '30s', headers: '32KiB', headerCount: 100, failedKeys: '10/min' },
  cors: { maxAge: '10m' },
}
