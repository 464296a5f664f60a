/** Tells the keys of a trace sink apart, whatever variable they stand in, and shows none of them. */
import { sha256 as hash } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import { sinkPlace } from '../../table/sink-place.ts'
import type { TracePolicy } from '../../table/trace-policy.ts'
import type { Environment } from '../build-snapshot.ts'

/** Hex digits. It need not stand against anybody who makes keys: it tells those of one operator apart. */
const LENGTH = 16

/** @returns the same for the same place and keys; the secret half of Langfuse's is none of it, since the other names the project */
export function keyMark(policy: TracePolicy, environment: Environment): string {
  const secrets = policy.kind === 'langfuse' ? { publicKey: policy.publicKey } : policy.headers
  const values = Object.entries(secrets).map(([name, { env }]) => `${name}=${environment[env] ?? ''}`)
  const said = JSON.stringify([sinkPlace({ ...policy, keyMark: '' }), values.toSorted()])
  return bytesToHex(hash(utf8ToBytes(said))).slice(0, LENGTH)
}
