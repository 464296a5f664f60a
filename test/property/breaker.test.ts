/**
 * The breaker, under any order of attempts and times, a clock that is set back included, against a naive account of the
 * same rules that keeps all that ever happened.
 */
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { type Breaker, createBreaker, type Outcome, type Pass } from '../../src/pipeline/forward/breaker.ts'
import { createSteadyClock } from '../../src/pipeline/forward/steady-clock.ts'
import type { BreakerPolicy } from '../../src/table/health-policy.ts'

const POLICY: BreakerPolicy = {
  windowMs: 1000,
  minimum: 3,
  failuresPercent: 50,
  openMs: 300,
  longestMs: 1000,
}

interface Attempt {
  id: number
  life: number
  beganAt: number
  over: boolean
}

/** All that happened, and what follows from it by the rules as they are documented. */
class Account {
  now = 0
  life = 0
  readonly attempts: Attempt[] = []
  /** Of this life, while closed. */
  heard: { at: number; outcome: Outcome }[] = []
  opened: { until: number; length: number; tries: Attempt[] } | null = null

  begin(): Attempt {
    const attempt = { id: this.attempts.length, life: this.life, beganAt: this.now, over: false }
    this.attempts.push(attempt)
    if (this.opened !== null && this.now >= this.opened.until && this.currentTry() === undefined) {
      this.opened.tries.push(attempt)
    }
    return attempt
  }

  end(attempt: Attempt, outcome: Outcome | null): void {
    const tried = this.opened?.tries.at(-1) === attempt
    attempt.over = true
    if (attempt.life !== this.life) return
    if (this.opened === null) {
      if (outcome === null) return
      this.heard.push({ at: this.now, outcome })
      if (outcome !== 'succeeded' && this.isTooMuch()) this.enter({ length: POLICY.openMs })
    } else if (outcome === 'succeeded') this.enter(null)
    else if (tried && outcome !== null) {
      this.enter({ length: Math.min(this.opened.length * 2, POLICY.longestMs) })
    }
  }

  isHeld(): boolean {
    return this.opened !== null && (this.now < this.opened.until || this.currentTry() !== undefined)
  }

  currentTry(): Attempt | undefined {
    const last = this.opened?.tries.at(-1)
    return last === undefined || last.over || this.now - last.beganAt >= POLICY.longestMs ? undefined : last
  }

  isTooMuch(): boolean {
    const tenth = POLICY.windowMs / 10
    const recent = this.heard.filter(({ at }) => Math.floor(at / tenth) > Math.floor(this.now / tenth) - 10)
    const failed = recent.filter(({ outcome }) => outcome !== 'succeeded').length
    const lastTwo = this.heard.slice(-2)
    return (
      (recent.length >= POLICY.minimum && failed / recent.length >= POLICY.failuresPercent / 100) ||
      (lastTwo.length === 2 && lastTwo.every(({ outcome }) => outcome === 'refused'))
    )
  }

  enter(open: { length: number } | null): void {
    this.life += 1
    this.heard = []
    this.opened = open && { until: this.now + open.length, length: open.length, tries: [] }
  }
}

interface Real {
  breaker: Breaker
  clock: () => number
  shown: { now: number }
  passes: Pass[]
}

type Command = fc.Command<Account, Real>

function agree(account: Account, { breaker, clock }: Real): void {
  expect([breaker.isHeld(clock()), breaker.triesAt()]).toEqual([
    account.isHeld(),
    account.opened?.until ?? null,
  ])
}

const wait = (ms: number): Command => ({
  check: () => true,
  run(account, real) {
    real.shown.now += ms
    account.now = real.clock()
    agree(account, real)
  },
  toString: () => `wait ${ms}`,
})

const begin = (): Command => ({
  check: () => true,
  run(account, real) {
    account.begin()
    real.passes.push(real.breaker.begin(real.clock()))
    agree(account, real)
  },
  toString: () => 'begin',
})

const end = (which: number, outcome: Outcome | null): Command => ({
  check: ({ attempts }) => attempts.some(({ over }) => !over),
  run(account, real) {
    const running = account.attempts.filter(({ over }) => !over)
    const attempt = running[which % running.length]!
    account.end(attempt, outcome)
    real.breaker.end(real.passes[attempt.id]!, outcome, { now: real.clock(), policy: POLICY })
    agree(account, real)
  },
  toString: () => `end ${which} ${String(outcome)}`,
})

const COMMANDS = [
  // Back as well as forth.
  fc.oneof(fc.integer({ min: 0, max: 400 }), fc.integer({ min: -2000, max: 2000 })).map(wait),
  fc.constant(null).map(begin),
  fc
    .tuple(fc.nat(7), fc.constantFrom<(Outcome | null)[]>('succeeded', 'failed', 'failed', 'refused', null))
    .map(([which, outcome]) => end(which, outcome)),
]

it('does what a naive account of all attempts says', () => {
  const run = (commands: Iterable<Command>): void =>
    fc.modelRun(() => {
      const shown = { now: 1_000_000 }
      const clock = createSteadyClock(() => shown.now)
      const account = new Account()
      account.now = clock()
      return { model: account, real: { breaker: createBreaker(), clock, shown, passes: [] } }
    }, commands)
  fc.assert(fc.property(fc.commands(COMMANDS, { maxCommands: 100, size: 'max' }), run), { numRuns: 500 })
})
