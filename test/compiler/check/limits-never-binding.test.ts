import { describe, expect, it } from 'vitest'
import { limitsNeverBinding } from '../../../compiler/check/limits-never-binding.ts'
import { messagesOf } from './messages-of.ts'

type Limits = Record<string, unknown>

const BACKENDS = {
  a: { kind: 'openai', url: 'http://a', models: { m: { id: 'm' } } },
  b: { kind: 'openai', url: 'http://b', models: { m: { id: 'm' } } },
}

/** Two clients and two models on two backends; `shared` has both. */
function documents(limits: Partial<Record<'home' | 'two' | 'alone' | 'shared' | 'a' | 'b' | 'all', Limits>>) {
  const limited = (own: Limits | undefined): { limits?: Limits } => (own ? { limits: own } : {})
  const client = (env: string, models: string[], own?: Limits) => ({
    keys: [{ env }],
    models,
    ...limited(own),
  })
  return {
    policy: limited(limits.all),
    backends: { a: { ...BACKENDS.a, ...limited(limits.a) }, b: { ...BACKENDS.b, ...limited(limits.b) } },
    models: {
      alone: { targets: ['a/m'], ...limited(limits.alone) },
      shared: { targets: ['a/m'], fallback: ['b/m'], ...limited(limits.shared) },
    },
    clients: {
      home: client('ONE', ['alone'], limits.home),
      two: client('TWO', ['alone', 'shared'], limits.two),
    },
  }
}

const per = (count: number): Limits => ({ requests: `${count}/min` })
const idle = (whose: string, kind = 'requests'): string => `the \`${kind}\` limit ${whose} can never bind`

describe('limits that never bind', () => {
  const rows: [string, Parameters<typeof documents>[0], string[]][] = [
    ['nothing else', { home: { requests: '900/s' } }, []],
    ['a client, a model that is as wide', { home: per(60), alone: per(60) }, []],
    ['a client, the one model it has', { home: per(61), alone: per(60) }, [idle('of `home`')]],
    ['a client, a model of another kind', { home: per(61), alone: { tokens: '60/min' } }, []],
    ['a client, a model with more at once', { home: { requests: '2/s' }, alone: per(60) }, []],
    [
      'a client, a model that goes on slower',
      { home: { requests: '60/s' }, alone: per(60) },
      [idle('of `home`')],
    ],
    ['a client, one model of several', { two: per(61), alone: per(60) }, []],
    ['a client, all its models', { two: per(161), alone: per(60), shared: per(100) }, [idle('of `two`')]],
    ['a client, all its models with room', { two: per(159), alone: per(60), shared: per(100) }, []],
    [
      'a model, clients that are fewer',
      { alone: per(60), home: per(20), two: per(30) },
      [idle('of the model `alone`')],
    ],
    ['a model, clients that are more', { alone: per(60), home: per(30), two: per(40) }, []],
    ['a model, a client without a limit', { alone: per(60), home: per(30) }, []],
    [
      'a model, only those that can come',
      { shared: per(60), home: per(90), two: per(50) },
      [idle('of the model `shared`')],
    ],
    ['a model, the limit for each client', { alone: per(60), all: per(20) }, [idle('of the model `alone`')]],
    ['a model, its backend', { alone: per(60), a: per(50) }, [idle('of the model `alone`')]],
    ['a model, one of its backends', { shared: per(60), a: per(50) }, []],
    [
      'a model, all its backends',
      { shared: per(60), a: per(30), b: per(29) },
      [idle('of the model `shared`')],
    ],
    ['a backend, its models', { a: per(99), alone: per(40), shared: per(50) }, [idle('of the backend `a`')]],
    ['a backend, a model without a limit', { a: per(99), alone: per(40) }, []],
    [
      'at once',
      { alone: { concurrent: 9 }, home: { concurrent: 4 }, two: { concurrent: 4 } },
      [idle('of the model `alone`', 'concurrent')],
    ],
    ['for each client, nobody', { all: per(5), home: per(1), two: per(2) }, [idle('for each client')]],
    ['for each client, somebody', { all: per(5), home: per(1) }, []],
    ['an address, all clients', { all: { ...per(5), perAddress: per(11) } }, [idle('of each address')]],
    ['an address, one client', { all: { ...per(5), perAddress: per(7) } }, []],
  ]
  it.each(rows)('%s', async (_, limits, expected) => {
    expect(await messagesOf(limitsNeverBinding, documents(limits))).toEqual(expected)
  })

  it.each([
    ['2/day', '61/month', []],
    ['2/day', '62/month', ['the budget of `team` for a month can never bind']],
    ['61/day', '61/month', ['the budget of `team` for a day can never bind']],
    ['60/day', '61/month', []],
  ])('budgets of %s and %s', async (day, month, expected) => {
    const team = { keys: [{ env: 'T' }], models: '*', budget: [{ usd: day }, { usd: month }] }
    expect(await messagesOf(limitsNeverBinding, { clients: { team } })).toEqual(expected)
  })
})
