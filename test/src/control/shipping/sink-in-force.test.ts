import { describe, expect, it } from 'vitest'
import { buildSnapshot } from '../../../../src/control/build-snapshot.ts'
import type { Gateway } from '../../../../src/control/gateway.ts'
import { sinkInForce } from '../../../../src/control/shipping/sink-in-force.ts'
import { sinkPlace } from '../../../../src/table/sink-place.ts'
import type { TracePolicy } from '../../../../src/table/trace-policy.ts'
import { makeRuledTable } from '../../make-policy.ts'

const langfuse: TracePolicy = {
  kind: 'langfuse',
  url: 'https://a.test',
  content: 'full',
  environment: null,
  backlog: 9,
  publicKey: { env: 'PUBLIC' },
  secretKey: { env: 'SECRET' },
}
const table = { ...makeRuledTable([]), backends: {}, clients: {}, trace: [langfuse] }
const KEYS = { PUBLIC: 'pk-lf-1', SECRET: 'sk-lf-1' }

/** Where the sink is by what an edge has of it. */
function placeAtEdge(environment: Record<string, string>): string | undefined {
  const built = buildSnapshot(table, environment, { hosts: [], modesOn: [] })
  const sink = built.ok ? built.snapshot.table.trace?.[0] : undefined
  return sink && sinkPlace(sink)
}

function placeInForce(environment: Record<string, string>): string | undefined {
  const gateway = { isServing: true, inForce: { table, environment } } as unknown as Gateway
  const open = (): never => {
    throw new Error('nobody ships')
  }
  return sinkInForce(gateway, 'langfuse', open)?.place
}

describe('sinkInForce', () => {
  it('takes the text that an edge kept for it', () => {
    expect(placeInForce(KEYS)).toBe(placeAtEdge(KEYS))
    expect(placeAtEdge(KEYS)).toContain('https://a.test')
  })

  it('takes no text that was for another project whose key stood in the same variable', () => {
    expect(placeInForce({ ...KEYS, PUBLIC: 'pk-lf-2' })).not.toBe(placeAtEdge(KEYS))
  })

  it('shows no key', () => {
    expect(placeInForce(KEYS)).not.toMatch(/[ps]k-lf/)
  })
})
