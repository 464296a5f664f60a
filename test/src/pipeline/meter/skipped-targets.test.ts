import { describe, expect, it } from 'vitest'
import { noteSkipped, MOST_SKIPPED } from '../../../../src/pipeline/forward/note-skipped.ts'
import { type SkippedOptions, skippedTargets } from '../../../../src/pipeline/meter/skipped-targets.ts'
import { startJourney } from '../../../../src/pipeline/forward/exchange.ts'
import { decide } from '../../../../src/table/decide.ts'
import type { Facts } from '../../../../src/table/facts.ts'
import type { RouteTable, Target } from '../../../../src/table/route-table.ts'
import { makeFacts } from '../../make-facts.ts'
import { makeModel, makeTable, makeTarget, plainly } from '../../make-snapshot.ts'

const target = (backend: string, fields: Partial<Target> = {}): Target =>
  makeTarget({ backend, model: 'm', ...fields })

/** `safe` is on a, b (gated by `gaming`) and c; behind them on d and e. */
function table(targets: Record<string, Partial<Target>> = {}): RouteTable {
  const base = makeTable()
  const pool = ['a/m', 'b/m', 'c/m'].map((key) => ({ target: key, weight: 1 }))
  const of = (backend: string): Target => target(backend, targets[backend])
  return makeTable({
    models: { ...base.models, safe: makeModel({ pool, fallback: [plainly('d/m'), plainly('e/m')] }) },
    targets: {
      ...base.targets,
      'a/m': of('a'),
      'b/m': target('b', { mode: 'gaming', ...targets['b'] }),
      'c/m': of('c'),
      'd/m': of('d'),
      'e/m': of('e'),
    },
    modes: { gaming: { whenOn: 'nothing', host: null } },
  })
}

interface Way {
  facts?: Partial<Facts>
  targets?: Record<string, Partial<Target>>
  journey?: Partial<SkippedOptions['journey']>
}

function skipped({ facts: known = {}, targets, journey = {} }: Way): string[] {
  const of = table(targets)
  const facts = makeFacts({ model: 'safe', ...known })
  const decision = decide(facts, of)
  if (decision.kind !== 'route') throw new Error(decision.reason)
  const found = skippedTargets({
    table: of,
    facts,
    decision,
    journey: { ...startJourney(), target: target('c'), ...journey },
  })
  return found.map(({ backend, why, mode }) => `${backend} ${mode ?? why}`)
}

const full = { backend: 'a', model: 'm', why: 'full' } as const

describe('skippedTargets', () => {
  it.each<[string, Way, string[]]>([
    ['nobody where all is well', {}, []],
    ['who is held to be down, by name', { facts: { unhealthy: ['a/m'] } }, ['a down']],
    ['who is held to be down with its backend', { facts: { unhealthy: ['a', 'a/m'] } }, ['a down']],
    ['whom a mode keeps back', { facts: { modes: ['gaming'] } }, ['b gaming']],
    [
      'both, in the order of the pool',
      { facts: { modes: ['gaming'], unhealthy: ['a'] } },
      ['a down', 'b gaming'],
    ],
    ['no fallback while the pool answers', { facts: { unhealthy: ['d'] } }, []],
    [
      'fallbacks before the one that answered',
      { facts: { unhealthy: ['d'] }, journey: { target: target('e') } },
      ['d down'],
    ],
    [
      'nobody who could not have been asked',
      { facts: { unhealthy: ['a'], tools: true }, targets: { a: { supports: [] } } },
      [],
    ],
    [
      'nobody whom a mode would keep back, who could not have been asked',
      { facts: { modes: ['gaming'] }, targets: { b: { speaks: ['embeddings'] } } },
      [],
    ],
    ['who had no room', { journey: { skipped: [full] } }, ['a full']],
    [
      'who was down before it had no room, once',
      { facts: { unhealthy: ['a'] }, journey: { skipped: [full] } },
      ['a down'],
    ],
    [
      'nobody twice who was waited for in vain',
      { journey: { skipped: [full], failures: [{ backend: 'a', model: 'm', cause: 'busy', ms: 0 }] } },
      [],
    ],
  ])('names %s', (_, way, names) => {
    expect(skipped(way)).toEqual(names)
  })
})

describe('noteSkipped', () => {
  it('keeps the first few, each once', () => {
    const journey = startJourney()
    for (let i = 0; i < 2 * MOST_SKIPPED; i += 1) {
      noteSkipped(journey, target(`b${i}`), 'full')
      noteSkipped(journey, target(`b${i}`), 'down')
    }
    expect(journey.skipped?.map(({ backend }) => backend)).toEqual(
      Array.from({ length: MOST_SKIPPED }, (_, i) => `b${i}`),
    )
  })
})
