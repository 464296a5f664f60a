/**
 * Makes the keys that clients and administrators show.
 */
import { createHash, randomBytes, randomInt } from 'node:crypto'

const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567'

/**
 * A client's key, `sk-aicc-<public id>-<secret>`: 8 characters that may be shown to tell keys apart,
 * then 32 random bytes. The `sk-` lets secret scanners and detectors know it for what it is.
 */
export function createAccessKey(): string {
  const id = Array.from({ length: 8 }, () => BASE32[randomInt(BASE32.length)]).join('')
  return `sk-aicc-${id}-${randomBytes(32).toString('base64url')}`
}

/** The administrator's bearer token: 32 random bytes. */
export function createAdminToken(): string {
  return randomBytes(32).toString('base64url')
}

/** How a key is known everywhere but at its owner's: 64 hex digits. The first eight serve as its public id. */
export function hashKey(key: string): string {
  return createHash('sha256').update(key).digest('hex')
}
