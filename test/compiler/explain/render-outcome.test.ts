import { expect, it } from 'vitest'
import type { ExplainedDrop, ExplainedOutcome } from '../../../compiler/explain/explanation.ts'
import { renderOutcome } from '../../../compiler/explain/render-outcome.ts'
import type { SlotPolicy } from '../../../src/table/slot-policy.ts'

const AT = { file: 'policies/backends.yaml', line: 2 }

function linesWith(
  slots: SlotPolicy | null,
  { up = true, dropped = [] }: { up?: boolean; dropped?: ExplainedDrop[] } = {},
): string[] {
  const outcome: ExplainedOutcome = {
    kind: 'route',
    rule: null,
    model: 'big',
    forced: false,
    reroutedBy: null,
    balance: 'prefix',
    targets: ['gpu/a', 'gpu/b'].map((target) => ({
      target,
      id: 'a-v1',
      zone: 'lan',
      place: 'pool',
      on: null,
      weight: null,
      up,
      slots,
      at: AT,
    })),
    dropped,
    minZone: 'cloud',
    tags: [],
    labels: [],
    redact: [],
    edits: { set: {}, clamp: {} },
    timeouts: null,
    retry: null,
    limits: { bodyBytes: 1024, bodyTimeoutMs: 1000 },
  }
  return renderOutcome(outcome).map(({ text }) => text.replaceAll(/ +/g, ' '))
}

it.each([
  { slots: null, line: ' 1 gpu/a lan, as a-v1' },
  {
    slots: { count: 2, queueSize: 16, queueWaitMs: 30_000 },
    line: ' 1 gpu/a lan, 2 at once (16 may wait 30 s), as a-v1',
  },
  {
    slots: { count: 1, queueSize: 0, queueWaitMs: 30_000 },
    line: ' 1 gpu/a lan, 1 at once (nobody waits), as a-v1',
  },
])('says on how many requests a target works: $slots', ({ slots, line }) => {
  expect(linesWith(slots)).toContain(line)
})

it('says how the targets share the work', () => {
  expect(linesWith(null)[0]).toBe('goes to big, prefix')
})

it('says that a target of its own is asked although it is down', () => {
  expect(linesWith(null, { up: false })).toContain(' 1 gpu/a lan, down, asked last, as a-v1')
})

it('names each target once, whatever it was left out of before a reroute', () => {
  const drop = (target: string, model: string, text: string): ExplainedDrop => ({
    target,
    model,
    zone: 'cloud',
    why: 'label',
    text,
  })
  const dropped = [
    drop('cloud/x', 'big', 'is not trusted enough'),
    drop('gpu/a', 'big', 'its context is too small'),
    drop('cloud/x', 'safe', 'is not trusted enough'),
    drop('cloud/x', 'safe', 'is held back'),
  ]
  expect(linesWith(null, { dropped }).filter((line) => line.includes(' x '))).toEqual([
    ' x cloud/x is not trusted enough',
    ' x cloud/x is held back',
  ])
})
