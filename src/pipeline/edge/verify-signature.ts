/**
 * Is it this client's own request, unchanged, and sent just now? A signature is the HMAC-SHA256, in lower-case hex, of
 * these lines, under a secret that only the client and the gateway have:
 *
 *     timestamp, METHOD, path, nonce (only where one is sent), SHA-256 of the body in lower-case hex
 *
 * INVARIANT: what is accepted is accepted until its timestamp leaves the window, and is remembered until then.
 */
import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js'
import { GatewayError, type ErrorCode } from '../../errors.ts'
import type { Signing } from '../../table/signing.ts'
import type { SeenSignatures } from './seen-signatures.ts'

/** Seconds since 1970, until the year 2286. */
const TIMESTAMP = /^[0-9]{10}$/
const SIGNATURE = /^[0-9a-f]{64}$/
const NONCE = /^[A-Za-z0-9._~-]{1,64}$/

/** What is signed of a request, beside its body. */
export interface SignedHead {
  method: string
  /** As it was sent: not decoded, not normalised. */
  path: string
  /** A query is read by nobody here; nothing unsigned shall come along with a signature. */
  hasQuery: boolean
  /** Null where the header is missing. */
  timestamp: string | null
  nonce: string | null
  signature: string | null
}

export interface Signer extends Pick<Signing, 'windowMs' | 'required'> {
  client: string
  secret: string
  seen: SeenSignatures
  /** Unix ms. */
  now: () => number
}

/** @throws GatewayError (401) signature_invalid, signature_expired or signature_replayed; rate_limit_exceeded (429) */
export type CheckBody = (body: Uint8Array<ArrayBuffer>) => Promise<void>

/**
 * Judges what can be judged before the body is read.
 * @returns the check of the whole request, to be made with its body; null = it is not signed and need not be
 * @throws GatewayError (401) signature_missing, signature_invalid, signature_expired
 */
export function verifySignature(head: SignedHead, signer: Signer): CheckBody | null {
  const { timestamp, nonce, signature } = head
  if (timestamp === null && nonce === null && signature === null && !signer.required) return null
  if (timestamp === null || signature === null) {
    throw refusal('signature_missing', 'Sign the request: send `x-aicc-timestamp` and `x-aicc-signature`.')
  }
  if (!TIMESTAMP.test(timestamp)) {
    throw refusal('signature_invalid', '`x-aicc-timestamp` must be seconds since 1970, 10 digits.')
  }
  if (nonce !== null && !NONCE.test(nonce)) {
    throw refusal('signature_invalid', '`x-aicc-nonce` must be 1 to 64 of `A-Z a-z 0-9 . _ ~ -`.')
  }
  if (!SIGNATURE.test(signature)) {
    throw refusal('signature_invalid', '`x-aicc-signature` must be 64 lower-case hexadecimal digits.')
  }
  if (head.hasQuery) throw refusal('signature_invalid', 'A signed request has no query.')
  const signedAt = Number(timestamp) * 1000
  mustBeInTime(signedAt, signer)
  return async (body) => {
    const digest = bytesToHex(new Uint8Array(await crypto.subtle.digest('SHA-256', body)))
    const lines = [timestamp, head.method, head.path, ...(nonce === null ? [] : [nonce]), digest]
    const expected = hmac(sha256, utf8ToBytes(signer.secret), utf8ToBytes(lines.join('\n')))
    if (!isEqual(expected, hexToBytes(signature))) {
      throw refusal('signature_invalid', 'The signature is not that of this request.')
    }
    // A body may take its time: a copy of it that comes late must not outlast what is remembered.
    mustBeInTime(signedAt, signer)
    mustBeNew(signature, signedAt, signer)
  }
}

function mustBeInTime(signedAt: number, { windowMs, now }: Signer): void {
  if (Math.abs(now() - signedAt) <= windowMs) return
  const message = `The timestamp is more than ${windowMs / 1000} s away from the gateway's clock.`
  throw refusal('signature_expired', message)
}

function mustBeNew(signature: string, signedAt: number, { client, seen, windowMs, now }: Signer): void {
  const verdict = seen.add({ client, signature, signedAt, windowMs, now: now() })
  if (verdict === 'seen') {
    throw refusal(
      'signature_replayed',
      'This signature has been used. Send an `x-aicc-nonce` to repeat yourself.',
    )
  }
  if (verdict === 'full') {
    throw new GatewayError('rate_limit_exceeded', 'Too many signed requests within the window.', {
      headers: { 'retry-after': '60' },
    })
  }
}

/** Looks at every byte, whatever differs: the time taken says nothing. Both are digests of one length. */
function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  let difference = a.length ^ b.length
  for (let i = 0; i < a.length; i += 1) difference |= (a[i] ?? 0) ^ (b[i] ?? 0)
  return difference === 0
}

function refusal(code: ErrorCode, message: string): GatewayError {
  return new GatewayError(code, message, { headers: { 'www-authenticate': 'AICC-HMAC-SHA256' } })
}
