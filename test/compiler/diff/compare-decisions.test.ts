import { describe, expect, it } from 'vitest'
import { compareDecisions } from '../../../compiler/diff/compare-decisions.ts'
import { showRequest } from '../../../compiler/diff/show-request.ts'
import type { ChangedDecision } from '../../../compiler/diff/tally.ts'
import type { RouteTable } from '../../../src/table/route-table.ts'
import { compileWorked, WORKED_POLICY } from '../worked-policy.ts'

const POLICY = WORKED_POLICY['policy.yaml'] ?? ''
const BACKENDS = WORKED_POLICY['backends.yaml'] ?? ''
const CLIENTS = WORKED_POLICY['clients.yaml'] ?? ''

/** Enough for every request that the worked policy gives rise to. */
const CAP = 100_000

async function tableOf(files: Record<string, string>): Promise<RouteTable> {
  return (await compileWorked(files)).compiled.table
}

/** The text with one part of it replaced; the part must be there. */
function change(text: string, from: string, to: string): string {
  expect(text).toContain(from)
  return text.replace(from, to)
}

async function changes(
  before: Record<string, string>,
  after: Record<string, string>,
): Promise<ChangedDecision[]> {
  const diff = compareDecisions(await tableOf(before), await tableOf(after), CAP)
  expect(diff.capped).toBe(false)
  return diff.changes
}

/** One line for each: who, what, how it was, how it is, and the witness without the caller. */
function lines(found: readonly ChangedDecision[]): string[] {
  return found.map(({ clients, names, before, after, witness }) => {
    const { client: _client, model: _model, ...facts } = showRequest(witness)
    return `${clients.join()} ${names.join()}: ${ways(before)} => ${ways(after)} ${JSON.stringify(facts)}`
  })
}

/** Without the targets in brackets. */
function ways(text: string): string {
  return text.replace(/ \[.*\]/, '')
}

describe('decisions that change', () => {
  it('none, between a policy and itself', async () => {
    expect(await changes({}, {})).toEqual([])
  })

  it('none, when only names of rules and models change', async () => {
    const renamed = change(change(POLICY, 'id: short,', 'id: brief,'), 'short-answers', 'brief-answers')
    expect(await changes({}, { 'policy.yaml': renamed })).toEqual([])
  })

  it('none, when one that is alone shares its work in another way', async () => {
    const alone = change(
      POLICY,
      '{ targets: [hosted/huge] }',
      '{ targets: [hosted/huge], balance: least-busy }',
    )
    expect(await changes({}, { 'policy.yaml': alone })).toEqual([])
  })

  it("names a target's id where only that differs", async () => {
    const found = await changes({}, { 'backends.yaml': change(BACKENDS, 'id: sonnet', 'id: opus') })
    expect(found.map(({ names, before, after }) => [names, before, after])).toContainEqual([
      ['huge'],
      'huge [hosted/huge as "sonnet"]',
      'huge [hosted/huge as "opus"]',
    ])
  })

  it.each([
    {
      name: 'a bound of tokens',
      after: { 'policy.yaml': change(POLICY, 'tokens: { below: 2000 }', 'tokens: { below: 2001 }') },
      found: [
        'crew auto: main/medium -> big, max_tokens at most 500 => main/short -> fast, max_tokens at most 500 {"tokens":2000}',
        'home auto: main/medium -> big => main/short -> fast {"tokens":2000}',
      ],
    },
    {
      name: 'a header',
      after: { 'policy.yaml': change(POLICY, "X-Force-Big: 'true'", "X-Force-Big: ['true', '1']") },
      found: [
        'crew auto: main/short -> fast, max_tokens at most 500 => main/forced -> big, max_tokens at most 500 {"headers":{"x-force-big":"1"}}',
        'home auto: main/short -> fast => main/forced -> big {"headers":{"x-force-big":"1"}}',
      ],
    },
    {
      name: 'a phrase',
      after: { 'policy.yaml': change(POLICY, "contains: '#force_big'", "contains: '#big'") },
      found: [
        'crew auto: main/forced -> big, max_tokens at most 500 => main/short -> fast, max_tokens at most 500 {"texts":["last user turn contains \\"#force_big\\""]}',
        'crew auto: main/short -> fast, max_tokens at most 500 => main/forced -> big, max_tokens at most 500 {"texts":["last user turn contains \\"#big\\""]}',
        'home auto: main/forced -> big => main/short -> fast {"texts":["last user turn contains \\"#force_big\\""]}',
        'home auto: main/short -> fast => main/forced -> big {"texts":["last user turn contains \\"#big\\""]}',
      ],
    },
    {
      name: 'health, which takes two facts to see',
      after: { 'policy.yaml': change(POLICY, 'healthy: pc', 'healthy: gpu') },
      found: [
        'crew auto: main/else -> fast, max_tokens at most 500 => main/medium -> big, max_tokens at most 500 {"tokens":2000,"down":["pc"]}',
        'crew auto: main/medium -> big, max_tokens at most 500 => main/else -> fast, max_tokens at most 500 {"tokens":2000,"down":["gpu"]}',
        'home auto: main/else -> fast => main/medium -> big {"tokens":2000,"down":["pc"]}',
        'home auto: main/medium -> big => main/else -> fast {"tokens":2000,"down":["gpu"]}',
      ],
    },
    {
      name: 'force, seen only in gaming mode',
      after: { 'policy.yaml': change(POLICY, '      force: true\n', '') },
      found: [
        'crew auto: main/forced -> big, max_tokens at most 500 => main/forced -> big, max_tokens at most 500 {"headers":{"x-force-big":"true"},"modes":["gaming"]}',
        'home auto: main/forced -> big => main/forced -> big {"headers":{"x-force-big":"true"},"modes":["gaming"]}',
      ],
    },
    {
      name: 'a detector',
      after: { 'policy.yaml': change(POLICY, 'detectors: [secrets]', 'detectors: [secrets, pii]') },
      found: ['home huge: huge => fast {"finds":["pii"]}'],
    },
    {
      name: 'a pattern',
      after: { 'policy.yaml': change(POLICY, 'project hermes', 'project zeus') },
      found: [
        'home huge: fast => huge {"finds":["codename: /project hermes/iu"]}',
        'home huge: huge => fast {"finds":["codename: /project zeus/iu"]}',
      ],
    },
    {
      name: 'what a label does where nothing is trusted enough',
      after: { 'policy.yaml': change(POLICY, 'onDenied: { reroute: fast }', 'onDenied: block') },
      found: ['home huge: fast => 403 label_denied {"finds":["secrets"]}'],
    },
    {
      name: 'a clamp',
      after: { 'policy.yaml': change(POLICY, 'max: 500', 'max: 400') },
      found: [
        'crew auto: main/short -> fast, max_tokens at most 500 => main/short -> fast, max_tokens at most 400 {}',
      ],
    },
    {
      name: 'the message of a refusal',
      after: { 'policy.yaml': change(POLICY, 'No poems.', 'No verse.') },
      found: [
        'crew auto: main/no-poems -> 451 blocked_by_policy "No poems." => main/no-poems -> 451 blocked_by_policy "No verse." {"texts":["last user turn matches /poem/i"]}',
      ],
    },
    {
      name: 'an alias, and one that is gone',
      after: { 'policy.yaml': change(POLICY, 'gpt-4: big, small: fast', 'gpt-4: huge') },
      found: [
        'crew small: fast => 404 model_not_found {}',
        'home gpt-4: big => huge {}',
        'home small: fast => 404 model_not_found {}',
      ],
    },
    {
      name: 'a capability',
      after: { 'backends.yaml': change(BACKENDS, 'supports: [tools]', 'supports: []') },
      found: [
        'crew fast,small: fast => fast {"tools":true}',
        'home fast,small: fast => fast {"tools":true}',
        'home big,gpt-4: big => big {"tools":true}',
      ],
    },
    {
      name: 'a grant',
      after: {
        'clients.yaml': change(CLIENTS, '[auto, fast]', '[auto]'),
      },
      found: ['crew fast,small: fast => 403 model_not_allowed {}'],
    },
  ])('$name', async ({ after, found }) => {
    const all = lines(await changes({}, after))
    for (const line of found) expect(all).toContain(line)
  })

  it('none for a client that only one policy has: that it has it says all', async () => {
    const clients = `${CLIENTS}  guest: { keys: [{ env: B }], models: [huge] }\n`
    expect(await changes({}, { 'clients.yaml': clients })).toEqual([])
  })

  it('tells beginnings of names apart by who may ask for them', async () => {
    const policy = change(POLICY, 'small: fast }', "small: fast, 'gpt-*': big }")
    const granted = (grant: string): Record<string, string> => ({
      'policy.yaml': policy,
      'clients.yaml': change(CLIENTS, '[auto, fast]', `[auto, fast, '${grant}']`),
    })
    expect(lines(await changes(granted('gpt-3*'), granted('gpt-5*')))).toEqual(
      expect.arrayContaining([
        'crew gpt-3*: big => 403 model_not_allowed {}',
        'crew gpt-5*: 403 model_not_allowed => big {}',
      ]),
    )
  })

  it('groups callers that neither policy tells apart', async () => {
    const clients = `${CLIENTS}  night: { keys: [{ env: B }], models: [auto, fast], tags: [batch] }\n`
    const after = change(POLICY, 'to: huge }', 'to: big }')
    const found = await changes(
      { 'clients.yaml': clients },
      { 'clients.yaml': clients, 'policy.yaml': after },
    )
    expect(found.map(({ clients: alike, names }) => [alike, names])).toEqual([
      [['crew', 'night'], ['auto']],
      [['home'], ['auto']],
    ])
  })

  it('follows what a classifier model may answer', async () => {
    const asking = (bound: string): Record<string, string> => ({
      'policy.yaml': change(
        change(POLICY, '  injection: { action: flag }', '  complexity: { classifier: { model: fast } }'),
        'tokens: { below: 2000 }',
        `complexity: ${bound}`,
      ),
    })
    expect(lines(await changes(asking('simple'), asking('[simple, medium]')))).toContain(
      'home auto: main/medium -> big => main/short -> fast {"classifier":"medium"}',
    )
  })

  it('is seen by users on both arms of a split', async () => {
    const split = (weights: string): Record<string, string> => ({
      'policy.yaml': change(POLICY, '{ id: else, to: fast }', `{ id: else, split: [${weights}] }`),
    })
    const found = await changes(
      split('{ to: fast, weight: 1 }, { to: big, weight: 1 }'),
      split('{ to: fast, weight: 1 }, { to: huge, weight: 1 }'),
    )
    expect(lines(found)).toContainEqual(
      expect.stringMatching(
        /^home auto: main\/else -> big => main\/else -> huge \{"user":"user-\d+","tokens":2000,"down":\["pc"\]\}$/,
      ),
    )
  })

  it('stops at the cap, and says so', async () => {
    const table = await tableOf({})
    expect(compareDecisions(table, table, 50)).toEqual({ changes: [], compared: 50, capped: true })
  })
})
