import type { LookupAddress } from 'node:dns'
import { describe, expect, it } from 'vitest'
import { createSharedLookup } from '../../../../src/adapters/node/shared-lookup.ts'

interface Question {
  hostname: string
  answer: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void
}

const HERE: LookupAddress[] = [
  { address: '127.0.0.2', family: 4 },
  { address: '::2', family: 6 },
]

interface Rig {
  asked: Question[]
  /** What came back, by who asked. */
  heard: unknown[]
  look: (hostname: string, options?: { all?: boolean; family?: number }) => void
}

function start(): Rig {
  const asked: Question[] = []
  const heard: unknown[] = []
  const lookup = createSharedLookup((hostname, _, answer) => void asked.push({ hostname, answer }))
  return {
    asked,
    heard,
    look: (hostname, options = { all: true }) =>
      lookup(hostname, options, (...answer) => void heard.push(answer)),
  }
}

describe('createSharedLookup', () => {
  it('asks once for all who want the same name at the same time', () => {
    const { asked, heard, look } = start()
    look('gpu.lan')
    look('gpu.lan')
    look('other.lan')
    expect(asked.map(({ hostname }) => hostname)).toEqual(['gpu.lan', 'other.lan'])
    asked[0]?.answer(null, HERE)
    expect(heard).toEqual([
      [null, HERE],
      [null, HERE],
    ])
  })

  it('asks anew once there was an answer', () => {
    const { asked, look } = start()
    look('gpu.lan')
    asked[0]?.answer(null, HERE)
    look('gpu.lan')
    expect(asked).toHaveLength(2)
  })

  it('gives the first address to whoever wants one, and does not mix families', () => {
    const { asked, heard, look } = start()
    look('gpu.lan', {})
    look('gpu.lan', { family: 6 })
    expect(asked).toHaveLength(2)
    asked[0]?.answer(null, HERE)
    expect(heard).toEqual([[null, '127.0.0.2', 4]])
  })

  it('tells all of a name that leads nowhere', () => {
    const { asked, heard, look } = start()
    const error = Object.assign(new Error('no such name'), { code: 'ENOTFOUND' })
    look('gpu.lan', {})
    look('gpu.lan', {})
    asked[0]?.answer(error, [])
    expect(heard).toEqual([
      [error, []],
      [error, []],
    ])
  })
})
