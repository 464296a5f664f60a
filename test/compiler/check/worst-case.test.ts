import { describe, expect, it } from 'vitest'
import { attemptsExceedTotal } from '../../../compiler/check/attempts-exceed-total.ts'
import { worstCase } from '../../../compiler/check/worst-case.ts'
import { resolveDocuments } from '../resolve/resolve-documents.ts'
import { messagesOf } from './messages-of.ts'

async function worst(model: Record<string, unknown>, queue?: unknown): Promise<unknown> {
  const spare = { targets: ['gpu/large'], timeouts: { firstToken: '1s' } }
  const retry = { times: 0 }
  const host = { kind: 'openai', url: 'http://host', maxConcurrent: 1, queue, models: { m: { id: 'm' } } }
  const { policy } = await resolveDocuments({
    policy: { retry },
    models: { big: model, spare },
    ...(queue === undefined ? {} : { backends: { host } }),
  })
  const big = policy.models.get('big')
  if (big?.kind !== 'served') throw new Error('not served')
  const { attempts, silent, tooLate, firstTokenMs, totalMs } = worstCase(big, policy)
  return [attempts, silent, tooLate, firstTokenMs, totalMs]
}

describe('the worst case of a model', () => {
  const targets = ['gpu/small']
  const rows: [string, Record<string, unknown>, unknown[]][] = [
    ['one target', { targets }, [1, ['gpu/small'], [], 60_000, 600_000]],
    [
      'its own times count for its fallbacks',
      { targets, fallback: ['spare'] },
      [2, ['gpu/small', 'gpu/large'], [], 120_000, 600_000],
    ],
    [
      'each target once',
      { targets: ['gpu/small', 'gpu/large'], fallback: ['spare'] },
      [2, ['gpu/small', 'gpu/large'], [], 120_000, 600_000],
    ],
    [
      'retries, and the waits before them',
      { targets: ['gpu/small', 'gpu/large'], retry: { times: 3, longestWait: '5s' } },
      [5, ['gpu/small', 'gpu/large'], [], 315_000, 600_000],
    ],
    [
      'a fallback that is not for silence',
      { targets, fallback: [{ to: 'spare', on: ['context', 'error'] }] },
      [2, ['gpu/small'], [], 120_000, 600_000],
    ],
    [
      'a fallback for two sets of causes',
      { targets, fallback: [{ to: 'spare', on: ['context'] }, 'spare'] },
      [2, ['gpu/small', 'gpu/large'], [], 120_000, 600_000],
    ],
    [
      'the last one begins just before the end',
      { targets, fallback: ['spare'], timeouts: { firstToken: '10s', total: '11s' } },
      [2, ['gpu/small', 'gpu/large'], [], 11_000, 11_000],
    ],
    [
      'the last one would begin at the end',
      { targets, fallback: ['spare'], timeouts: { firstToken: '10s', total: '10s' } },
      [2, ['gpu/small', 'gpu/large'], ['gpu/large'], 10_000, 10_000],
    ],
  ]
  it.each(rows)('%s', async (_, model, expected) => expect(await worst(model)).toEqual(expected))

  it.each([
    { queue: { wait: '7s' }, retry: { times: 0 }, until: 67_000 },
    { queue: {}, retry: { times: 0 }, until: 90_000 },
    { queue: 'off', retry: { times: 0 }, until: 60_000 },
    { queue: { wait: '7s' }, retry: { times: 2, longestWait: '1s' }, until: 203_000 },
  ])('waits in line: $queue, $retry', async ({ queue, retry, until }) => {
    const model = { targets: ['host/m'], retry }
    expect(await worst(model, queue)).toEqual([1 + retry.times, ['host/m'], [], until, 600_000])
  })

  it('waits once for each host that may be asleep', async () => {
    const host = (startsWithin: string): object => ({
      kind: 'openai',
      url: 'http://x',
      wake: { mac: '00:11:22:33:44:55' },
      startsWithin,
      models: { a: { id: 'a' }, b: { id: 'b' } },
    })
    const { policy } = await resolveDocuments({
      policy: { retry: { times: 0 }, timeouts: { firstToken: '10s' } },
      backends: { one: host('20s'), two: host('40s') },
      models: { big: { targets: ['one/a', 'one/b'], fallback: ['two/a', 'gpu/small'] } },
    })
    const big = policy.models.get('big')
    if (big?.kind !== 'served') throw new Error('not served')
    expect(worstCase(big, policy)).toMatchObject({ attempts: 4, firstTokenMs: 120_000 })
  })

  it('is an error when there is no time for all', async () => {
    const timeouts = { firstToken: '10s', total: '10s' }
    const models = { big: { targets: ['gpu/small', 'gpu/large'], timeouts } }
    expect(await messagesOf(attemptsExceedTotal, { models })).toEqual([
      '`big` has 2 targets to try, but time for 1 only',
    ])
  })
})
