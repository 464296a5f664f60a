import { describe, expect, it } from 'vitest'
import { GatewayError } from '../../../../src/errors.ts'
import { tryTargets } from '../../../../src/pipeline/forward/attempts.ts'
import { AttemptFailure } from '../../../../src/pipeline/forward/upstream-error.ts'
import { rejectionOf } from '../../error-of.ts'
import { GPU, makeExchange, SPARE } from './make-exchange.ts'

const retryable = new AttemptFailure(new GatewayError('upstream_unreachable', 'off'), 'connect')
const final = new AttemptFailure(new GatewayError('upstream_error', 'bad', { status: 400 }), null)
const defect = new TypeError('x is not a function')

/** Attempts with one outcome per target: a failure to throw, or null to succeed. */
async function attempt(
  outcomes: (Error | null)[],
): Promise<{ tried: string[]; events: unknown[]; result: unknown }> {
  const exchange = makeExchange({})
  const tried: string[] = []
  const trying = tryTargets(exchange, async (target) => {
    const outcome = outcomes[tried.length] ?? null
    tried.push(target.backend)
    if (outcome !== null) throw outcome
    return `from ${target.backend}`
  })
  const result = await trying.catch((error: unknown) => error)
  return { tried, events: exchange.ports.events, result }
}

const failed = (backend: string, cause: string): object => ({
  event: 'attempt-failed',
  correlationId: 'test-1',
  client: 'crew',
  model: 'safe',
  backend,
  cause,
})

describe('tryTargets', () => {
  it.each([
    { name: 'the first answers', outcomes: [null], tried: ['gpu'], events: [], result: 'from gpu' },
    {
      name: 'the second answers',
      outcomes: [retryable, null],
      tried: ['gpu', 'spare'],
      events: [failed('gpu', 'upstream_unreachable')],
      result: 'from spare',
    },
    {
      name: 'none answers',
      outcomes: [retryable, retryable],
      tried: ['gpu', 'spare'],
      events: [failed('gpu', 'upstream_unreachable'), failed('spare', 'upstream_unreachable')],
      result: retryable.error,
    },
    {
      name: 'the request is at fault',
      outcomes: [final],
      tried: ['gpu'],
      events: [failed('gpu', 'upstream_error')],
      result: final.error,
    },
    { name: 'the gateway is at fault', outcomes: [defect], tried: ['gpu'], events: [], result: defect },
    {
      name: 'the client’s deadline is over',
      outcomes: [new GatewayError('upstream_timeout', 'late')],
      tried: ['gpu'],
      events: [],
      result: new GatewayError('upstream_timeout', 'late'),
    },
  ])('$name', async ({ outcomes, tried, events, result }) => {
    expect(await attempt(outcomes)).toEqual({ tried, events, result })
  })

  it('refuses a model without targets', async () => {
    const exchange = makeExchange({}, { targets: [] })
    expect(await rejectionOf(tryTargets(exchange, async () => 1))).toMatchObject({ code: 'internal_error' })
  })

  it('tries each target once, in order', async () => {
    const targets = [SPARE, GPU, SPARE]
    const exchange = makeExchange({}, { targets })
    const tried: unknown[] = []
    await rejectionOf(
      tryTargets(exchange, async (target) => {
        tried.push(target)
        throw retryable
      }),
    )
    expect(tried).toEqual(targets)
  })
})
