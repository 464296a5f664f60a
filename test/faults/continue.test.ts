/** A stream that breaks behind its first content and is gone on with by another backend, on both runtimes. */
import { expect, it } from 'vitest'
import { streamOf } from '../conformance/harness/client.ts'
import { describeRuntimes } from '../conformance/harness/describe-runtimes.ts'
import { chunk, DONE, ROLE, text } from '../upstream/reply.ts'

const END = chunk({ finish: 'stop' }) + DONE

describeRuntimes(
  (upstream) => ({
    backends: {
      backends: {
        first: {
          kind: 'openai',
          url: `${upstream}/first`,
          zone: 'local',
          health: 'off',
          models: { m: { id: 'first/m' } },
        },
        second: {
          kind: 'openai',
          url: `${upstream}/second`,
          zone: 'local',
          health: 'off',
          models: { m: { id: 'second/m' } },
        },
        cloud: {
          kind: 'openai',
          url: `${upstream}/cloud`,
          zone: 'cloud',
          health: 'off',
          models: { m: { id: 'cloud/m' } },
        },
      },
    },
    policy: {
      breaker: 'off',
      labels: { private: { mayReach: 'local', onDenied: 'block' } },
      retry: { times: 0 },
      timeouts: { idle: '500ms' },
      models: {
        pair: { targets: ['first/m'], fallback: ['second/m'], onBreak: 'continue', keepAlive: 'off' },
        leaving: { targets: ['first/m'], fallback: ['cloud/m'], onBreak: 'continue', keepAlive: 'off' },
      },
    },
    clients: {
      clients: { home: { keys: [{ env: 'AICC_CLIENT_KEY' }], models: '*', labels: ['private'] } },
    },
  }),
  (bench) => {
    it.each([
      { name: 'a cut', last: { cut: true } as const },
      { name: 'a stall', last: { stall: true } as const },
    ])('after $name', async ({ last }) => {
      bench.upstream.forget()
      bench.upstream.reply('first/m', [{ send: ROLE + text('one, ') }, { at: 30 }, last])
      bench.upstream.reply('second/m', [{ send: ROLE + text('two') + END }])
      const answer = await bench.client.chat(streamOf('pair'))
      expect([answer.status, answer.text]).toEqual([200, ROLE + text('one, ') + text('two') + END])
      const [asked] = bench.upstream.requestsFor('second/m')
      expect(JSON.parse(asked?.body.toString() ?? '')).toMatchObject({
        messages: [
          { role: 'user', content: 'hi' },
          { role: 'assistant', content: 'one, ' },
        ],
      })
    })

    it('but never by one that the request’s label keeps away', async () => {
      bench.upstream.forget()
      bench.upstream.reply('first/m', [{ send: ROLE + text('one, ') }, { at: 30 }, { cut: true }])
      const answer = await bench.client.chat(streamOf('leaving'))
      expect(answer.text).toContain('"code":"upstream_interrupted"')
      expect(bench.upstream.requestsFor('cloud/m')).toEqual([])
    })
  },
)
