/**
 * What holds where a policy says nothing. The `@default` tags in `config/` say the same to editors;
 * a test compares the two.
 */
import { DEFAULT_LISTEN } from '../../src/table/default-listen.ts'
import type { Mode, ModeHost } from '../../src/table/mode-host.ts'
import type { Balance, FileUrls, InjectionThresholds, Label, Surface } from '../../src/table/route-table.ts'
import { ALL_SURFACES } from '../../src/table/surfaces.ts'
import type { SharedState } from '../../src/table/shared-state.ts'
import type { TracePolicy } from '../../src/table/trace-policy.ts'

export interface Defaults {
  zones: string[]
  timeZone: string
  surfaces: Surface[]
  fileUrls: FileUrls
  timeouts: { connect: string; firstToken: string; idle: string; total: string }
  retry: { times: number; backoff: string; longestWait: string; budget: number }
  keepAlive: string
  breaker: { window: string; minimum: number; failures: number; open: string; longest: string }
  health: { interval: string; timeout: string }
  queue: { size: number; wait: string }
  redisPrefix: string
  onFailure: SharedState['onFailure']
  balance: Balance
  onBreak: 'terminate' | 'continue'
  translation: 'allow'
  serverTools: 'refuse'
  keepsState: false
  traces: 'apart' | 'joined'
  unsupported: 'drop'
  listen: { https: string; http: string }
  limits: { body: string; bodyTimeout: string; headers: string; headerCount: number; failedKeys: string }
  cors: { maxAge: string }
  label: Pick<Label, 'trace' | 'cache'>
  mode: Pick<Mode, 'whenOn'>
  modeHost: { equals: boolean; interval: string; timeout: string; unknown: ModeHost['unknown'] }
  scan: { maxBytes: string; images: 'label' | 'refuse'; decode: 1 | 'off' }
  privacyDetectors: ('secrets' | 'pii')[]
  entropy: { threshold: number; minLength: number }
  injectionAction: 'flag' | 'block'
  injectionThresholds: InjectionThresholds
  complexity: { simpleTokens: number; mediumTokens: number; classifierTimeout: string }
  blockStatus: number
  promptPart: 'user' | 'system' | 'conversation'
  traceBacklog: number
  traceContent: TracePolicy['content']
  signing: { window: string; required: boolean }
  wake: { broadcast: string; port: number; method: 'GET' | 'POST' }
  startsWithin: string
  /** Percent. */
  budgetWarnAt: number
  alert: { for: string; clearsAfter: string; repeat: string; over: string; atLeast: number }
}

export const DEFAULTS: Defaults = {
  zones: ['cloud', 'lan', 'local'],
  timeZone: 'UTC',
  surfaces: [...ALL_SURFACES],
  fileUrls: 'public',
  timeouts: { connect: '3s', firstToken: '60s', idle: '30s', total: '10m' },
  retry: { times: 1, backoff: '250ms', longestWait: '10s', budget: 20 },
  keepAlive: '10s',
  breaker: { window: '30s', minimum: 5, failures: 50, open: '10s', longest: '2m' },
  health: { interval: '15s', timeout: '3s' },
  queue: { size: 16, wait: '30s' },
  redisPrefix: 'aicc',
  onFailure: { limits: 'local-share', budgets: 'closed', leases: 'local-share' },
  balance: 'round-robin',
  onBreak: 'terminate',
  translation: 'allow',
  serverTools: 'refuse',
  keepsState: false,
  traces: 'apart',
  unsupported: 'drop',
  listen: { https: DEFAULT_LISTEN.https, http: DEFAULT_LISTEN.http },
  limits: { body: '10MiB', bodyTimeout: '30s', headers: '32KiB', headerCount: 100, failedKeys: '10/min' },
  cors: { maxAge: '10m' },
  label: { trace: 'metadata-only', cache: 'none' },
  mode: { whenOn: 'force-only' },
  modeHost: { equals: true, interval: '10s', timeout: '3s', unknown: 'keep' },
  scan: { maxBytes: '1MiB', images: 'label', decode: 1 },
  privacyDetectors: ['secrets', 'pii'],
  entropy: { threshold: 4, minLength: 24 },
  injectionAction: 'flag',
  // By cross-validation: what users say is wrongly flagged in less than 1 %, data in less than 0.5 % of texts.
  injectionThresholds: { user: 0.55, tool: 0.7, document: 0.7 },
  complexity: { simpleTokens: 256, mediumTokens: 1024, classifierTimeout: '2s' },
  blockStatus: 403,
  promptPart: 'user',
  traceBacklog: 100_000,
  traceContent: 'metadata-only',
  signing: { window: '5m', required: true },
  wake: { broadcast: '255.255.255.255', port: 9, method: 'POST' },
  startsWithin: '90s',
  budgetWarnAt: 80,
  alert: { for: '1m', clearsAfter: '5m', repeat: '4h', over: '5m', atLeast: 20 },
}
