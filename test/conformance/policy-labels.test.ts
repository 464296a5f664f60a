/** A label keeps a request home: under fallback, failure, streams, wildcards, splits, whatever rules say. */
import { describe, expect, it } from 'vitest'
import { json } from '../upstream/reply.ts'
import { ROLE, text, wholeStream } from '../upstream/reply.ts'
import { askOf, streamOf, type Answer } from './harness/client.ts'
import { describeRuntimes, type Bench } from './harness/describe-runtimes.ts'
import { labelledPolicies, SCAN_BYTES, SECRET_WORD } from './harness/labelled-policies.ts'

let planted = 0

/** An address that no other test has planted. */
function newAddress(): string {
  planted += 1
  return `person${planted}@example.org`
}

const says = (content: unknown, role = 'user'): object => ({ messages: [{ role, content }] })

/** Where it was seen, by the first step of the path. */
function seenAt({ upstream }: Bench, marker: string): string[] {
  return upstream.requests
    .filter(({ body }) => body.includes(marker))
    .map(({ path }) => path.split('/')[1] ?? '')
}

describeRuntimes(labelledPolicies, (bench) => {
  const ask = (model: string, fields: object, headers: Record<string, string> = {}): Promise<Answer> =>
    bench.client.chat({ ...askOf(model), ...fields }, { headers })

  it('what carries none goes where the rules say', async () => {
    const answer = await ask('auto', says('hello cloud'))
    expect([answer.status, answer.headers['x-aicc-backend'], answer.headers['x-aicc-rule']]).toEqual([
      200,
      'cloud',
      'main/else',
    ])
    expect(seenAt(bench, 'hello cloud')).toEqual(['cloud'])
  })

  describe('personal data is sent home instead', () => {
    it.each([
      { name: 'by rule', model: 'auto', headers: {} as Record<string, string> },
      { name: 'by name', model: 'cloud' },
      { name: 'by wildcard', model: 'org-x' },
      { name: 'by split', model: 'auto', headers: { 'x-halved': '1' } },
      { name: 'forced to be edited', model: 'auto', headers: { 'x-edited': '1' } },
    ])('$name', async ({ model, headers = {} }) => {
      const address = newAddress()
      const answer = await ask(model, says(`mail ${address}`), headers)
      expect([answer.status, answer.headers['x-aicc-backend']]).toEqual([200, 'home'])
      expect(seenAt(bench, address)).toEqual(['home'])
    })

    it.each([
      { name: 'in a system prompt', fields: (a: string) => ({ messages: [{ role: 'system', content: a }] }) },
      {
        name: 'in a tool call, escaped',
        fields: (a: string) => {
          const fn = { name: 'f', arguments: JSON.stringify({ to: a }).replace('@', String.raw`\u0040`) }
          return {
            messages: [{ role: 'assistant', tool_calls: [{ id: 'c', type: 'function', function: fn }] }],
          }
        },
      },
      { name: 'in a field we do not know', fields: (a: string) => ({ x_memo: [{ note: a }] }) },
      { name: 'with hidden characters', fields: (a: string) => says(a.replace('@', '\u200b@')) },
    ])('$name', async ({ fields }) => {
      const address = newAddress()
      const answer = await ask('cloud', fields(address))
      expect(answer.headers['x-aicc-backend']).toBe('home')
      expect(seenAt(bench, address.slice(0, address.indexOf('@')))).toEqual(['home'])
    })

    it('as a stream', async () => {
      const address = newAddress()
      bench.upstream.reply('home/a', [{ send: wholeStream(['ok']) }])
      const answer = await bench.client.chat({ ...streamOf('cloud'), ...says(address) })
      bench.upstream.reply('home/a', json(200, { choices: [] }))
      expect([answer.status, answer.headers['x-aicc-backend']]).toEqual([200, 'home'])
      expect(seenAt(bench, address)).toEqual(['home'])
    })

    it('in an embedding', async () => {
      const address = newAddress()
      const answer = await bench.client.call({
        path: '/v1/embeddings',
        body: { model: 'cloud', input: [address] },
      })
      expect(answer.headers['x-aicc-backend']).toBe('home')
      expect(seenAt(bench, address)).toEqual(['home'])
    })
  })

  describe('no fallback leads away from home', () => {
    it.each([
      { name: 'after a failure', model: 'falling', labelled: 503, plain: 'cloud' },
      { name: 'after a break', model: 'breaking', labelled: 502, plain: 'cloud' },
    ])('$name', async ({ model, labelled, plain }) => {
      bench.upstream.reply('home/down', json(503, { error: { message: 'busy' } }))
      bench.upstream.reply('home/cut', [{ cut: true }])
      const address = newAddress()
      expect((await ask(model, says(address))).status).toBe(labelled)
      // A connection that was used before and dies without a word is tried once more.
      expect(new Set(seenAt(bench, address))).toEqual(new Set(['home']))
      expect((await ask(model, says('nobody in particular'))).headers['x-aicc-backend']).toBe(plain)
    })

    it('in a stream that breaks before its first content', async () => {
      bench.upstream.reply('home/cut', [{ send: ROLE }, { cut: true }])
      const address = newAddress()
      const answer = await bench.client.chat({ ...streamOf('breaking'), ...says(address) })
      expect(answer.status).toBe(502)
      expect(seenAt(bench, address)).toEqual(['home'])
    })

    it('in a stream that breaks after it', async () => {
      bench.upstream.reply('home/cut', [{ send: ROLE + text('half') }, { cut: true }])
      const address = newAddress()
      const answer = await bench.client.chat({ ...streamOf('breaking'), ...says(address) })
      expect(answer.text).toContain('upstream_interrupted')
      expect(seenAt(bench, address)).toEqual(['home'])
    })
  })

  describe('what cannot be scanned counts as found', () => {
    it.each([
      {
        name: 'an image',
        content: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,QUJD' } }],
      },
      { name: 'sound', content: [{ type: 'input_audio', input_audio: { data: 'QUJD', format: 'wav' } }] },
      // Of the system, for the guard against injection blocks what it cannot read of others.
      { name: 'what lies beyond the bound', content: 'word '.repeat(SCAN_BYTES), role: 'system' },
    ])('$name', async ({ content, role }) => {
      const before = bench.upstream.requests.filter(({ path }) => path.startsWith('/cloud')).length
      const answer = await ask('cloud', says(content, role))
      expect([answer.status, answer.headers['x-aicc-backend']]).toEqual([200, 'home'])
      expect(bench.upstream.requests.filter(({ path }) => path.startsWith('/cloud'))).toHaveLength(before)
    })
  })

  it('a label that blocks says which, and sends nothing', async () => {
    const marker = `${SECRET_WORD} number ${(planted += 1)}`
    const answer = await ask('cloud', says(`about ${marker}`))
    expect(answer.status).toBe(403)
    expect(answer.error()).toEqual({
      message: expect.stringContaining('`secret`'),
      type: 'policy_error',
      param: null,
      code: 'label_denied',
    })
    expect(seenAt(bench, marker)).toEqual([])
    expect((await ask('home', says(marker))).status).toBe(200)
  })

  it('redacted text may leave, and only that', async () => {
    const address = newAddress()
    const content = `call +49 30 901820 or write ${address}`
    const body = `{"model":"auto", "x":[1e400], "messages":[{"role":"user","content":"${content}"}]}`
    const answer = await bench.client.chat(body, { headers: { 'x-redacted': '1' } })
    expect([answer.status, answer.headers['x-aicc-backend']]).toEqual([200, 'cloud'])
    expect(seenAt(bench, address)).toEqual([])
    const sent = bench.upstream.requestsFor('cloud/a').at(-1)?.body.toString()
    expect(sent).toBe(
      '{"model":"cloud/a", "x":[1e400], "messages":[{"role":"user","content":"call [PHONE] or write [EMAIL]"}]}',
    )
  })

  it('what cannot be redacted is refused', async () => {
    const address = newAddress()
    const answer = await ask('auto', { metadata: { [address]: 'x' } }, { 'x-redacted': '1' })
    expect([answer.status, answer.error().code, answer.error().type]).toEqual([
      400,
      'redaction_failed',
      'policy_error',
    ])
    expect(seenAt(bench, address)).toEqual([])
  })
})
