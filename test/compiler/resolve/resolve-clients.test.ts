import { describe, expect, it } from 'vitest'
import { resolveDocuments } from './resolve-documents.ts'

const client = (signing: object): Record<string, unknown> => ({
  crew: { keys: [{ env: 'K2' }], models: '*', signing },
})

describe('a client that signs', () => {
  it.each([
    [{ secret: { env: 'S' } }, { secret: { env: 'S' }, windowMs: 300_000, required: true }],
    [
      { secret: { env: 'S' }, window: '15m', required: false },
      { secret: { env: 'S' }, windowMs: 900_000, required: false },
    ],
  ])('%j', async (signing, resolved) => {
    const { policy, codes } = await resolveDocuments({ clients: client(signing) })
    expect(codes).toEqual([])
    expect(policy.clients.get('crew')?.signing).toEqual(resolved)
    expect(policy.clients.get('home')?.signing).toBeNull()
  })

  it.each(['999ms', '901s', '0s'])('has a window from 1s to 15m, not %s', async (window) => {
    const { codes } = await resolveDocuments({ clients: client({ secret: { env: 'S' }, window }) })
    expect(codes).toEqual(['resolve/out-of-range'])
  })
})
