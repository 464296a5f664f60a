import { describe, expect, it } from 'vitest'
import { PLAIN } from '../../../compiler/diff/abstract-request.ts'
import { isDifferent, renderDiff, toJsonDiff, type PolicyDiff } from '../../../compiler/diff/render-diff.ts'

const NOTHING: PolicyDiff = {
  before: 'a',
  after: 'b',
  structure: [],
  decisions: { changes: [], compared: 12, capped: false },
}

const ALL: PolicyDiff = {
  ...NOTHING,
  structure: [
    { address: 'limits', action: 'change', settings: [{ name: 'bodyBytes', before: '1', after: '2' }] },
    { address: 'aliases.a', action: 'add', settings: [{ name: 'to', before: null, after: 'fast' }] },
    {
      address: 'rules.main.old',
      action: 'remove',
      settings: [
        { name: 'when', before: 'always', after: null },
        { name: 'action', before: 'to fast', after: null },
        { name: 'addTags', before: 't', after: null },
      ],
    },
    { address: 'rules.main.b', action: 'change', settings: [{ name: 'addTags', before: 't', after: null }] },
  ],
  decisions: {
    changes: [
      {
        clients: ['home', 'crew'],
        names: ['auto'],
        before: 'main/old -> fast [a/b]',
        after: '404 model_not_found',
        witness: { ...PLAIN, client: 'home', model: 'auto', unhealthy: ['a'], minuteOfWeek: 7110, texts: [] },
      },
    ],
    compared: 12,
    capped: true,
  },
}

describe('a difference', () => {
  it('in words', () => {
    expect(renderDiff(ALL)).toBe(`~ limits.bodyBytes       1 -> 2
+ aliases.a              fast
- rules.main.old         always, to fast
~ rules.main.b.addTags   t -> (gone)
decisions that change:
  home, crew asking for auto   e.g. {"client":"home","model":"auto","time":"fri 22:30","down":["a"]}
    - main/old -> fast [a/b]
    + 404 model_not_found
1 to add, 2 to change, 1 to remove; 1 decision changes; 12 requests compared, more were left out (--max)`)
  })

  it('in something new, with what may be used of it', () => {
    const settings = {
      keys: 'AICC_KEY_CREW',
      models: '*',
      tags: 'none',
      'limits.requests': '60 in 1m',
      'budget.day': '5 USD',
    }
    const structure: PolicyDiff['structure'] = [
      {
        address: 'clients.crew',
        action: 'add',
        settings: Object.entries(settings).map(([name, after]) => ({ name, before: null, after })),
      },
    ]
    expect(renderDiff({ ...NOTHING, structure }).split('\n')[0]).toBe(
      '+ clients.crew   AICC_KEY_CREW, *, limits.requests 60 in 1m, budget.day 5 USD',
    )
  })

  it('in what is found in a text, which no decision shows', () => {
    const settings = [{ name: 'entropy.threshold', before: '4', after: '3' }]
    const structure: PolicyDiff['structure'] = [{ address: 'classify.privacy', action: 'change', settings }]
    expect(renderDiff({ ...NOTHING, structure })).toBe(`~ classify.privacy.entropy.threshold   4 -> 3
not compared: which texts are found, by classify.privacy.entropy.threshold
0 to add, 1 to change, 0 to remove; 0 decisions change; 12 requests compared`)
  })

  it('that is none', () => {
    expect(isDifferent(NOTHING)).toBe(false)
    expect(renderDiff(NOTHING)).toBe(
      '0 to add, 0 to change, 0 to remove; 0 decisions change; 12 requests compared',
    )
  })

  it.each([
    { name: 'in what is said', diff: { ...NOTHING, structure: ALL.structure } },
    { name: 'in what is decided', diff: { ...NOTHING, decisions: ALL.decisions } },
  ])('$name', ({ diff }) => {
    expect(isDifferent(diff)).toBe(true)
  })

  it('as JSON, with the witness as people write it', () => {
    expect(toJsonDiff(ALL)).toMatchObject({
      version: 1,
      before: { digest: 'a' },
      after: { digest: 'b' },
      structure: ALL.structure,
      decisions: [{ clients: ['home', 'crew'], witness: { client: 'home', model: 'auto', down: ['a'] } }],
      compared: { requests: 12, capped: true },
    })
  })
})
