import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { hashKey } from '../../../../src/pipeline/edge/hash-key.ts'

function hex(view: DataView): string {
  return Array.from({ length: view.byteLength }, (_, i) =>
    view.getUint8(i).toString(16).padStart(2, '0'),
  ).join('')
}

describe('hashKey', () => {
  it('is SHA-256 at every length, whatever was hashed before', () => {
    // Blocks end at 64 bytes, their padding at 56; beyond 1,024 bytes it goes another way.
    const lengths = [200, 0, 1, 55, 56, 63, 64, 65, 1023, 1024, 1025, 5000, 3]
    for (const key of lengths.flatMap((length) => ['k'.repeat(length), 'ü'.repeat(length)])) {
      expect(hex(hashKey(key)), `${key.slice(0, 1)} ${key.length}`).toBe(
        createHash('sha256').update(key).digest('hex'),
      )
    }
  })
})
