/**
 * Who is calling? The bearer key is hashed and compared with every known digest in constant time;
 * the key itself goes nowhere else. (LiteLLM's CVE-2026-35030 keyed on a prefix, CVE-2026-42208
 * sent the raw value to a database.)
 */
import { GatewayError } from '../../errors.ts'
import type { ActiveKey } from '../../table/active-snapshot.ts'
import { hashKey } from './hash-key.ts'

export interface Identity {
  client: string
  /** First eight hex digits of the key's SHA-256: safe to log. */
  keyId: string
  /** Headers that tell of the key's end of life (RFC 9745, RFC 8594). */
  lifetimeHeaders: readonly (readonly [name: string, value: string])[]
  deprecated: boolean
}

const BEARER = /^bearer +(\S.*)$/i

/** What a client sends to prove who it is. */
export interface Credentials {
  authorization: string | null
  /** `x-api-key`, as Anthropic's clients send it; it counts where there is no Authorization. */
  apiKey: string | null
}

/**
 * @param now Unix ms
 * @throws GatewayError missing_api_key (401), invalid_api_key or expired_api_key (403)
 */
export function authenticate(
  { authorization, apiKey }: Credentials,
  keys: readonly ActiveKey[],
  now: number,
): Identity {
  const token = authorization === null ? apiKey : BEARER.exec(authorization)?.[1]
  if (token === undefined || token === null || token === '') {
    throw new GatewayError('missing_api_key', 'Send a key as `Authorization: Bearer <key>`.', {
      headers: { 'www-authenticate': 'Bearer' },
    })
  }
  const key = find(hashKey(token), keys)
  if (key === undefined) throw new GatewayError('invalid_api_key', 'This key is not known here.')
  if (key.expiresAt !== null && key.expiresAt <= now) {
    throw new GatewayError('expired_api_key', 'This key has expired.')
  }
  return {
    client: key.client,
    keyId: key.sha256.slice(0, 8),
    lifetimeHeaders: lifetimeHeaders(key),
    deprecated: key.deprecatedAt !== null && key.deprecatedAt <= now,
  }
}

/** Reads every word of every key, whatever matches: the time taken says nothing. */
function find(digest: DataView, keys: readonly ActiveKey[]): ActiveKey | undefined {
  let found: ActiveKey | undefined
  for (const key of keys) {
    let difference = 0
    for (let i = 0; i < 8; i += 1) difference |= digest.getUint32(i * 4) ^ (key.words[i] ?? -1)
    if (difference === 0) found = key
  }
  return found
}

function lifetimeHeaders(key: ActiveKey): [string, string][] {
  const headers: [string, string][] = []
  if (key.deprecatedAt !== null) headers.push(['deprecation', `@${Math.floor(key.deprecatedAt / 1000)}`])
  if (key.expiresAt !== null) headers.push(['sunset', new Date(key.expiresAt).toUTCString()])
  return headers
}
