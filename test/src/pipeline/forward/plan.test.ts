import { describe, expect, it } from 'vitest'
import { createPlan, type Failure, type PlanOptions } from '../../../../src/pipeline/forward/plan.ts'
import { PLAIN_CAUSES } from '../../../../src/table/failure-causes.ts'
import type { FailureCause, Retry, Target } from '../../../../src/table/route-table.ts'
import { makeTarget } from '../../make-snapshot.ts'

const at = (backend: string, context: number | null = null): Target => makeTarget({ backend, context })
const [A, B, C, D] = [at('a'), at('b'), at('c'), at('d')] as const
const plain = (target: Target): { target: Target; on: readonly FailureCause[] } => ({
  target,
  on: PLAIN_CAUSES,
})
const only = (target: Target, ...on: FailureCause[]): { target: Target; on: FailureCause[] } => ({
  target,
  on,
})

const RETRY: Retry = { times: 0, backoffMs: 100, longestWaitMs: 1000, budgetPercent: 20 }

interface Run extends Partial<Omit<PlanOptions, 'retry'>> {
  retry?: Partial<Retry>
  /** What becomes of each attempt; the last one of them goes on for all that follow. */
  fails: (FailureCause | null | [FailureCause, retryAfterMs: number])[]
  /** Who has room in the end, wait by wait; nobody when nothing is said. */
  rooms?: (Target | null)[]
  /** How long each attempt takes. */
  takesMs?: number
}

/** Who is asked, each with the wait before it: `a`, or `a+100`; `a?` has no room, `(a b)` is waited for. */
function run({ fails, rooms = [], takesMs = 0, retry = {}, ...options }: Run): string {
  let now = 0
  const plan = createPlan({
    pool: [A],
    fallback: [],
    deadline: 60_000,
    isHeld: () => false,
    mayRetry: () => true,
    random: () => 1,
    ...options,
    retry: { ...RETRY, ...retry },
  })
  const asked: string[] = []
  let failure: Failure | null = null
  let ends = 0
  for (;;) {
    const step = plan.next(failure, now)
    if (step === null) return asked.join(' ')
    if (step.kind === 'wait') {
      asked.push(`(${step.targets.map(({ backend }) => backend).join(' ')})`)
      failure = { cause: 'busy', retryAfterMs: null }
      const room = rooms.shift() ?? null
      if (room === null) continue
      plan.took(room)
      asked.push(room.backend)
    } else {
      asked.push(step.target.backend + (step.waitMs === 0 ? '' : `+${step.waitMs}`))
      now += step.waitMs + takesMs
    }
    ends += 1
    const end = fails[Math.min(ends, fails.length) - 1] ?? null
    if (end === 'busy') asked.push(`${asked.pop()}?`)
    failure = Array.isArray(end)
      ? { cause: end[0], retryAfterMs: end[1] }
      : { cause: end, retryAfterMs: null }
  }
}

it('asks nobody again who does not serve what is asked, but goes elsewhere', () => {
  const plan = createPlan({
    pool: [A],
    fallback: [plain(B)],
    retry: { ...RETRY, times: 3 },
    deadline: 60_000,
    isHeld: () => false,
    mayRetry: () => true,
    random: () => 1,
  })
  plan.next(null, 0)
  expect(plan.next({ cause: 'error', retryAfterMs: null, isLasting: true }, 0)).toEqual({
    kind: 'ask',
    target: B,
    waitMs: 0,
  })
})

describe('the order', () => {
  const rows: { name: string; run: Run; asks: string }[] = [
    { name: 'the pool once each', run: { pool: [A, B, C], fails: ['auth'] }, asks: 'a b c' },
    {
      name: 'nobody after a fault of the request',
      run: { pool: [A, B], fallback: [plain(C)], fails: [null] },
      asks: 'a',
    },
    {
      name: 'then the fallbacks',
      run: { pool: [A, B], fallback: [plain(C), plain(D)], fails: ['error'] },
      asks: 'a b c d',
    },
    {
      name: 'a fallback where the pool is empty, as if nobody could be reached',
      run: { pool: [], fallback: [only(C, 'context'), plain(D)], fails: ['error'] },
      asks: 'd',
    },
    {
      name: 'only fallbacks that answer to the last cause',
      run: { fallback: [only(B, 'context'), only(C, 'timeout')], fails: ['timeout', 'error'] },
      asks: 'a c',
    },
    {
      name: 'one that was passed over, when its cause comes',
      run: { fallback: [only(B, 'context'), plain(C)], fails: ['timeout', 'context', 'context'] },
      asks: 'a c b',
    },
    {
      name: 'a target once, though it stands there for two sets of causes',
      run: {
        fallback: [only(B, 'context'), plain(C), only(B, 'error')],
        fails: ['context', 'context', 'error'],
      },
      asks: 'a b c',
    },
    {
      name: 'no equal after a refusal for safety',
      run: { pool: [A, B], fallback: [plain(C)], retry: { times: 2 }, fails: ['content-filter'] },
      asks: 'a',
    },
    {
      name: 'who answers to a refusal for safety',
      run: { pool: [A, B], fallback: [plain(C), only(D, 'content-filter')], fails: ['content-filter'] },
      asks: 'a d',
    },
  ]
  it.each(rows)('$name', ({ run: how, asks }) => expect(run(how)).toBe(asks))
})

describe('who is held to be down', () => {
  const held =
    (...targets: Target[]) =>
    (target: Target) =>
      targets.includes(target)
  const rows: { name: string; run: Run; asks: string }[] = [
    { name: 'is asked last', run: { pool: [A, B, C], isHeld: held(A), fails: ['error'] }, asks: 'b c a' },
    {
      name: 'is asked after the fallbacks',
      run: { pool: [A, B], fallback: [plain(C), plain(D)], isHeld: held(A, C), fails: ['error'] },
      asks: 'b d a c',
    },
    {
      name: 'is asked when all are',
      run: { pool: [A, B], fallback: [plain(C)], isHeld: () => true, fails: ['error'] },
      asks: 'a b c',
    },
    {
      name: 'is asked before fallbacks for other causes',
      run: { fallback: [only(B, 'context'), only(C, 'error')], isHeld: held(A), fails: ['error'] },
      asks: 'a c',
    },
    {
      name: 'is not asked again',
      run: { pool: [A, B], retry: { times: 2 }, isHeld: heldAfter(2, A), fails: ['error'] },
      asks: 'a b b+100 b+200',
    },
    {
      name: 'is not asked after a refusal for safety',
      run: {
        pool: [A, B],
        fallback: [only(C, 'content-filter')],
        isHeld: held(A),
        fails: ['content-filter'],
      },
      asks: 'b c',
    },
  ]
  it.each(rows)('$name', ({ run: how, asks }) => expect(run(how)).toBe(asks))

  it('is told of when its turn comes, and only then', () => {
    const toldOf = (fails: Run['fails']): Target[] => {
      const told: Target[] = []
      run({
        pool: [A, B, C],
        fallback: [plain(D)],
        isHeld: held(B, D),
        onHeld: (one) => void told.push(one),
        fails,
      })
      return told
    }
    expect([toldOf([null]), toldOf(['error', null])]).toEqual([[], [B]])
  })
})

/** It is held from the so manieth question on. */
function heldAfter(questions: number, held: Target): (target: Target) => boolean {
  let asked = 0
  return (target) => (asked += 1) > questions && target === held
}

describe('a prompt that is too long', () => {
  const rows: { name: string; run: Run; asks: string }[] = [
    {
      name: 'goes where there is more room, or nobody knows',
      run: { pool: [at('a', 8), at('b', 8), at('c', 16), at('d')], fails: ['context'] },
      asks: 'a c d',
    },
    {
      name: 'goes past what is as small, for good',
      run: {
        pool: [at('a', 8)],
        fallback: [plain(at('b', 16)), plain(at('c', 8))],
        fails: ['context', 'error'],
      },
      asks: 'a b',
    },
    {
      name: 'is not tried again where it was too long',
      run: { pool: [at('a')], retry: { times: 3 }, fails: ['context'] },
      asks: 'a',
    },
  ]
  it.each(rows)('$name', ({ run: how, asks }) => expect(run(how)).toBe(asks))
})

describe('retries', () => {
  const rows: { name: string; run: Run; asks: string }[] = [
    {
      name: 'wait twice as long each time',
      run: { retry: { times: 3 }, fails: ['error'] },
      asks: 'a a+100 a+200 a+400',
    },
    {
      name: 'at most so long',
      run: { retry: { times: 3, longestWaitMs: 150 }, fails: ['error'] },
      asks: 'a a+100 a+150 a+150',
    },
    {
      name: 'by chance',
      run: { retry: { times: 2 }, random: () => 0.25, fails: ['error'] },
      asks: 'a a+25 a+50',
    },
    {
      name: 'go round the pool',
      run: { pool: [A, B], retry: { times: 3 }, fails: ['error'] },
      asks: 'a b a+100 b+200 a+400',
    },
    {
      name: 'come before the fallback',
      run: { retry: { times: 1 }, fallback: [plain(B)], fails: ['connect'] },
      asks: 'a a+100 b',
    },
    ...(['timeout', 'auth', 'context'] as const).map((cause) => ({
      name: `are no cure for ${cause}`,
      run: { retry: { times: 2 }, fallback: [plain(B)], fails: [cause] },
      asks: 'a b',
    })),
    {
      name: 'leave out who failed for good',
      run: { pool: [A, B], retry: { times: 2 }, fails: ['auth', 'error'] },
      asks: 'a b b+100 b+200',
    },
    {
      name: 'wait as long as they are told',
      run: { retry: { times: 1 }, fails: [['rate-limit', 700]] },
      asks: 'a a+700',
    },
    {
      name: 'count what has passed of that',
      run: { pool: [A, B], retry: { times: 1 }, fails: [['rate-limit', 700], 'timeout'], takesMs: 300 },
      asks: 'a b a+400',
    },
    {
      name: 'may be told to come at once',
      run: { retry: { times: 1 }, fails: [['rate-limit', 0]] },
      asks: 'a a',
    },
    {
      name: 'are not made where they are told to wait too long',
      run: { retry: { times: 1 }, fallback: [plain(B)], fails: [['rate-limit', 1001], 'error'] },
      asks: 'a b',
    },
    {
      name: 'ask another of the pool instead',
      run: { pool: [A, B], retry: { times: 1 }, fails: [['rate-limit', 5000], 'error'] },
      asks: 'a b b+100',
    },
    {
      name: 'are not made when the time is up before',
      run: { retry: { times: 9 }, deadline: 350, fails: ['error'] },
      asks: 'a a+100 a+200',
    },
    {
      name: 'end with the budget',
      run: { retry: { times: 9 }, mayRetry: taking(2), fallback: [plain(B)], fails: ['error'] },
      asks: 'a a+100 a+200 b',
    },
    {
      name: 'are for the pool alone',
      run: { pool: [], retry: { times: 2 }, fallback: [plain(B)], fails: ['error'] },
      asks: 'b',
    },
  ]
  it.each(rows)('$name', ({ run: how, asks }) => expect(run(how)).toBe(asks))
})

function taking(left: number): () => boolean {
  let rest = left
  return () => (rest -= 1) >= 0
}

it('knows beforehand whether a cause has a cure', () => {
  const plan = createPlan({
    pool: [A],
    fallback: [only(B, 'content-filter')],
    retry: RETRY,
    deadline: 1000,
    isHeld: () => false,
    mayRetry: () => true,
    random: () => 1,
  })
  plan.next(null, 0)
  expect(plan.answersTo('content-filter')).toBe(true)
  expect(plan.answersTo('timeout')).toBe(false)
  plan.next({ cause: 'content-filter', retryAfterMs: null }, 0)
  expect(plan.answersTo('content-filter')).toBe(false)
})

describe('who has no room', () => {
  const rows: { name: string; run: Run; asks: string }[] = [
    {
      name: 'is passed over',
      run: { pool: [A, B], fails: ['busy', null] },
      asks: 'a? b',
    },
    {
      name: 'is waited for, all at once, before the fallback',
      run: { pool: [A, B], fallback: [plain(C)], rooms: [B], fails: ['busy', 'busy', null] },
      asks: 'a? b? (a b) b',
    },
    {
      name: 'is given up when the wait was in vain',
      run: { pool: [A, B], fallback: [plain(C)], rooms: [null], fails: ['busy', 'busy', null] },
      asks: 'a? b? (a b) c',
    },
    {
      name: 'is waited for after retries of others',
      run: {
        pool: [A, B],
        retry: { times: 1 },
        fallback: [plain(C)],
        rooms: [A],
        fails: ['busy', 'error', 'error', null],
      },
      asks: 'a? b b+100 (a) a',
    },
    {
      name: 'is waited for where it is asked again',
      run: { retry: { times: 1 }, rooms: [A], fails: ['error', 'busy', null] },
      asks: 'a a+100? (a) a',
    },
    {
      name: 'is waited for once more when the other has failed',
      run: { pool: [A, B], rooms: [B, A], fails: ['busy', 'busy', 'auth', 'auth'] },
      asks: 'a? b? (a b) b (a) a',
    },
    {
      name: 'is waited for among the fallbacks, in the end',
      run: { fallback: [plain(B), plain(C)], rooms: [null, C], fails: ['busy', 'busy', 'busy', null] },
      asks: 'a? (a) b? c? (b c) c',
    },
    {
      name: 'is no cause for a fallback that is there for others',
      run: { fallback: [only(B, 'error'), only(C, 'busy')], fails: ['busy', null] },
      asks: 'a? (a) c',
    },
    {
      name: 'does not let a refusal for safety go elsewhere',
      run: {
        fallback: [only(B, 'content-filter'), plain(C), only(D, 'busy')],
        fails: ['content-filter', 'busy'],
      },
      asks: 'a b? (b)',
    },
    {
      name: 'is not waited for after a refusal for safety',
      run: { pool: [A, B], fails: ['busy', 'content-filter'] },
      asks: 'a? b',
    },
    {
      name: 'is not waited for with a prompt that is too long for it',
      run: { pool: [at('a', 8), at('b', 8)], fallback: [plain(C)], fails: ['busy', 'context', null] },
      asks: 'a? b c',
    },
    { name: 'ends it where nobody is left', run: { pool: [A, B], fails: ['busy'] }, asks: 'a? b? (a b)' },
  ]
  it.each(rows)('$name', ({ run: how, asks }) => expect(run(how)).toBe(asks))
})
