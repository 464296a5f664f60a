/**
 * A snapshot made ready for the hot path: computed once at the swap, read by every request.
 */
import type { HashedKey, Snapshot } from './snapshot.ts'

export interface ActiveKey extends HashedKey {
  /** The digest as eight 32-bit words, big endian. */
  words: Uint32Array
}

export interface ActiveSnapshot extends Omit<Snapshot, 'keys' | 'hosts'> {
  keys: readonly ActiveKey[]
  hosts: ReadonlySet<string>
}

export function activate(snapshot: Snapshot): ActiveSnapshot {
  return {
    ...snapshot,
    keys: snapshot.keys.map((key) => ({ ...key, words: hexToWords(key.sha256) })),
    hosts: new Set(snapshot.hosts),
  }
}

function hexToWords(hex: string): Uint32Array {
  return Uint32Array.from({ length: 8 }, (_, i) => Number.parseInt(hex.slice(i * 8, i * 8 + 8), 16))
}
