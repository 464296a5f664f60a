/** Sound in, sound out, and the small operations: what leaves for the backend, and how its answer comes back. */
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { parseForm, boundaryOf } from '../../src/protocols/form-body.ts'
import { json } from '../upstream/reply.ts'
import type { Answer } from './harness/client.ts'
import { type Bench, describeRuntimes } from './harness/describe-runtimes.ts'
import { testPolicies } from './harness/policies.ts'
import type { Policies } from './harness/start-gateway.ts'

function policiesOf(upstream: string): Policies {
  const policies = testPolicies(upstream, {
    models: {
      whisper: {},
      voice: {},
      rerank: {},
      'fallen-back': { on: ['dead', 'mock'] },
      'in-turn': { on: ['mock', 'second'] },
      chatty: { on: ['ollama'] },
    },
  })
  policies.policy.labels = { private: { mayReach: 'local', onDenied: 'block' } }
  policies.policy.classify = { privacy: { label: 'private' } }
  policies.policy.models['guarded'] = { targets: ['mock/whisper'] }
  for (const backend of Object.values(policies.backends.backends)) backend.zone = 'local'
  policies.policy.models['cloud'] = { targets: ['cloud/whisper'] }
  policies.backends.backends['cloud'] = {
    kind: 'openai',
    url: upstream,
    health: 'off',
    zone: 'cloud',
    models: { whisper: { id: 'cloud/whisper' } },
  }
  return policies
}

const SOUND = Uint8Array.from({ length: 5000 }, (_, i) => (i * 7) % 256)

async function transcribe(
  bench: Bench,
  model: string,
  fields: Record<string, string> = {},
  path = '/v1/audio/transcriptions',
): Promise<Answer> {
  const form = new FormData()
  form.set('file', new Blob([SOUND], { type: 'audio/wav' }), 'call.wav')
  form.set('model', model)
  for (const [name, value] of Object.entries(fields)) form.set(name, value)
  const sent = new Request('http://x.test', { method: 'POST', body: form })
  return await bench.client.call({
    path,
    headers: { 'content-type': sent.headers.get('content-type') ?? '' },
    body: new Uint8Array(await sent.arrayBuffer()),
  })
}

describeRuntimes(policiesOf, (bench) => {
  describe('a transcription', () => {
    it.each(['/v1/audio/transcriptions', '/v1/audio/translations'])(
      'leaves %s as a form with the sound as it came, and the model of the backend',
      async (path) => {
        bench.upstream.reply('mock/whisper', json(200, { text: 'hello' }))
        const answer = await transcribe(bench, 'whisper', { prompt: 'names: Ada', language: 'en' }, path)
        expect([answer.status, answer.json()]).toEqual([200, { text: 'hello' }])
        const seen = bench.upstream.requestsFor('mock/whisper').at(-1)
        expect(seen?.path).toBe(path)
        const boundary = boundaryOf(seen?.headers['content-type'] ?? null) ?? ''
        const parts = parseForm(new Uint8Array(seen?.body ?? []), boundary)
        const [file, ...fields] = parts
        expect(file).toMatchObject({ name: 'file', filename: 'call.wav', contentType: 'audio/wav' })
        expect(file?.content).toEqual(SOUND)
        expect(fields.map(({ name, content }) => [name, Buffer.from(content).toString()])).toEqual([
          ['model', 'mock/whisper'],
          ['prompt', 'names: Ada'],
          ['language', 'en'],
        ])
      },
    )

    it('may be answered as subtitles', async () => {
      bench.upstream.reply('mock/whisper', [
        { head: 200, headers: { 'content-type': 'text/vtt' } },
        { send: 'WEBVTT\n' },
      ])
      const answer = await transcribe(bench, 'whisper', { response_format: 'vtt' })
      expect([answer.status, answer.headers['content-type'], answer.text]).toEqual([
        200,
        'text/vtt',
        'WEBVTT\n',
      ])
    })

    it('is no error in JSON', async () => {
      bench.upstream.reply('mock/whisper', json(200, { error: { message: 'cannot decode' } }))
      const answer = await transcribe(bench, 'whisper')
      expect([answer.status, answer.error().message]).toEqual([502, expect.stringContaining('cannot decode')])
    })

    it('cannot be read, so it stays where labels may be', async () => {
      const before = bench.upstream.requestsFor('cloud/whisper').length
      expect((await transcribe(bench, 'cloud')).error().code).toBe('label_denied')
      expect(bench.upstream.requestsFor('cloud/whisper').length).toBe(before)
    })

    it.each([
      ['application/json', '{"model":"whisper"}', 415, 'unsupported_media_type'],
      ['multipart/form-data; boundary=b', 'no form', 400, 'invalid_form'],
    ])('is refused as %s: %s', async (type, body, status, code) => {
      const answer = await bench.client.call({
        path: '/v1/audio/transcriptions',
        headers: { 'content-type': type },
        body,
      })
      expect([answer.status, answer.error().code]).toEqual([status, code])
    })

    it('is refused where the model speaks no such thing', async () => {
      const answer = await transcribe(bench, 'chatty')
      expect([answer.status, answer.error().code]).toEqual([400, 'surface_not_served'])
    })
  })

  describe('speech', () => {
    const say = (model: string): object => ({ model, input: 'hello', voice: 'alloy' })
    const SPOKEN = { head: 200, headers: { 'content-type': 'audio/mpeg' } }

    it('comes back byte for byte, as it comes', async () => {
      bench.upstream.reply('mock/voice', [SPOKEN, { send: SOUND }, { at: 1500 }, { send: SOUND }])
      const { body, status, headers } = await bench.client.open({
        path: '/v1/audio/speech',
        body: say('voice'),
      })
      expect([status, headers['content-type']]).toEqual([200, 'audio/mpeg'])
      const pieces: Buffer[] = []
      body.on('data', (piece: Buffer) => pieces.push(piece))
      const size = (): number => Buffer.concat(pieces).length
      while (size() < SOUND.length) await sleep(5)
      expect(size(), 'the first half, before the second is there').toBe(SOUND.length)
      await new Promise((resolve) => body.once('end', resolve))
      expect(new Uint8Array(Buffer.concat(pieces))).toEqual(Uint8Array.of(...SOUND, ...SOUND))
    })

    it('is asked of the next place where the first is down', async () => {
      bench.upstream.reply('mock/fallen-back', [SPOKEN, { send: SOUND }])
      const answer = await bench.client.call({ path: '/v1/audio/speech', body: say('fallen-back') })
      expect([answer.status, new Uint8Array(answer.bytes)]).toEqual([200, SOUND])
    })

    it('breaks off where its backend does, and the connection with it', async () => {
      bench.upstream.reply('mock/voice', [SPOKEN, { send: SOUND }, { cut: true }])
      for (let i = 0; i < 20; i += 1) {
        const { status, body } = await bench.client.open({ path: '/v1/audio/speech', body: say('voice') })
        const broke = await new Promise<boolean>((resolve) => {
          body.once('error', () => resolve(true))
          body.once('end', () => resolve(false))
          body.resume()
        })
        expect([status, broke]).toEqual([200, true])
        // What comes next finds a connection that lives.
        expect((await bench.client.call({ path: '/v1/models' })).status).toBe(200)
      }
    })

    it.each<[string, object, number, string, string]>([
      [
        'an error',
        { error: { message: 'no such voice', type: 'invalid_request_error' } },
        502,
        'upstream_error',
        'no such voice',
      ],
      [
        'an error with a code',
        { error: { message: 'slow down', code: 429 } },
        429,
        'upstream_error',
        'slow down',
      ],
      ['anything else in JSON', { detail: 'no such voice' }, 502, 'upstream_invalid_answer', 'JSON'],
    ])('is not %s', async (_, said, status, code, message) => {
      bench.upstream.reply('mock/voice', json(200, said))
      const answer = await bench.client.call({ path: '/v1/audio/speech', body: say('voice') })
      expect([answer.status, answer.error().code]).toEqual([status, code])
      expect(answer.error().message).toContain(message)
    })

    it('is asked of the next place where the first answers with an error in JSON', async () => {
      bench.upstream.reply('mock/in-turn', json(200, { error: { message: 'out of memory' } }))
      bench.upstream.reply('second/in-turn', [SPOKEN, { send: SOUND }])
      const answer = await bench.client.call({ path: '/v1/audio/speech', body: say('in-turn') })
      expect([answer.status, new Uint8Array(answer.bytes)]).toEqual([200, SOUND])
      expect(answer.headers['x-aicc-failed']).toBe('mock/in-turn error')
    })

    it('is no page of HTML', async () => {
      bench.upstream.reply('mock/voice', [
        { head: 200, headers: { 'content-type': 'text/html' } },
        { send: '<p>hello</p>' },
      ])
      const answer = await bench.client.call({ path: '/v1/audio/speech', body: say('voice') })
      expect([answer.status, answer.error().code]).toEqual([502, 'upstream_invalid_answer'])
    })

    it('tells of a failure of the backend in words', async () => {
      bench.upstream.reply('mock/voice', json(400, { error: { message: 'no such voice', type: 'x' } }))
      const answer = await bench.client.call({ path: '/v1/audio/speech', body: say('voice') })
      expect([answer.status, answer.error().message]).toEqual([400, 'no such voice'])
    })
  })

  it.each([
    ['/v1/rerank', { query: 'a', documents: ['b', { text: 'c' }], top_n: 1 }, { results: [{ index: 1 }] }],
    ['/v1/images/generations', { prompt: 'a cat' }, { data: [{ b64_json: 'AAAA' }] }],
    ['/v1/moderations', { input: ['a'] }, { results: [{ flagged: false }] }],
  ])('%s goes through', async (path, fields, result) => {
    bench.upstream.reply('mock/rerank', json(200, result))
    const answer = await bench.client.call({ path, body: { model: 'rerank', ...fields } })
    expect([answer.status, answer.json()]).toEqual([200, result])
    const seen = bench.upstream.requestsFor('mock/rerank').at(-1)
    expect(seen?.path).toBe(path)
    expect(seen?.body.toString()).toBe(JSON.stringify({ model: 'mock/rerank', ...fields }))
  })
})
