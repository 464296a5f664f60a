import { describe, expect, it } from 'vitest'
import { GatewayError } from '../../../../src/errors.ts'
import type { AttemptEnd, Health } from '../../../../src/pipeline/forward/health.ts'
import {
  AttemptFailure,
  fromStatus,
  type StatusQuirks,
} from '../../../../src/pipeline/forward/upstream-error.ts'
import { watchAttempt } from '../../../../src/pipeline/forward/watch-attempt.ts'
import { makeTarget } from '../../make-snapshot.ts'
import { makeExchange } from './make-exchange.ts'

/** What the breaker is told of an attempt that ends so. */
async function told(attempt: () => Promise<unknown>): Promise<AttemptEnd[]> {
  const ends: AttemptEnd[] = []
  const exchange = makeExchange({})
  const health: Health = { ...exchange.health, begin: () => (end) => void ends.push(end) }
  await watchAttempt({ ...exchange, health }, makeTarget(), attempt).catch(() => {})
  return ends
}

const answering =
  (status: number, body = '{}', quirks: StatusQuirks = {}) =>
  async () => {
    throw fromStatus('gpu', { response: new Response(body, { status }), body, quirks })
  }

const FAILS_BY_404: StatusQuirks = { failsBy404: true }

describe('watchAttempt', () => {
  it.each([
    ['an answer', async () => 'yes', 'answered'],
    ['500', answering(500), 'error'],
    ['503', answering(503), 'error'],
    ['429', answering(429), 'rate-limit'],
    ['400', answering(400), 'request'],
    // What a client chose to ask for must not take the target from all others.
    ['404', answering(404), 'request'],
    ['404 of mlx, which fails so', answering(404, '{"error":"out of memory"}', FAILS_BY_404), 'error'],
    ['404 of mlx, of a path', answering(404, 'Not Found', FAILS_BY_404), 'request'],
    ['405 of mlx', answering(405, '{"error":"no"}', FAILS_BY_404), 'request'],
    // A cold start is no failure.
    ['503 of llama.cpp', answering(503, '{"error":{"code":503,"message":"Loading model"}}'), 'busy'],
    ['500 with the same words', answering(500, '{"error":{"message":"Loading model"}}'), 'error'],
    ['405', answering(405), 'request'],
    ['501', answering(501), 'request'],
    ['a redirect', answering(307), 'request'],
    [
      'no connection',
      async () => {
        throw new AttemptFailure(new GatewayError('upstream_unreachable', 'off'), 'connect')
      },
      'connect',
    ],
    [
      'the client leaves',
      async () => {
        throw new Error('gone')
      },
      null,
    ],
  ] as [string, () => Promise<unknown>, AttemptEnd][])(
    'tells what became of it: %s',
    async (_, attempt, end) => {
      expect(await told(attempt)).toEqual([end])
    },
  )
})
