/** What is private stays home wherever a request hides it, and what cannot be read does too. */
import { describe, expect, it } from 'vitest'
import { askOf, type Answer } from './harness/client.ts'
import { describeRuntimes, type Bench } from './harness/describe-runtimes.ts'
import { labelledPolicies, SCAN_BYTES } from './harness/labelled-policies.ts'

/** Put together here, so that no scanner of this repository takes it for real. */
const KEY = ['AKIA', 'Q1W2E3R4T5Y6U7I8'].join('')
const CARD = 4111111111111111

const says = (content: unknown, role = 'user'): object => ({ messages: [{ role, content }] })
const dumped = (value: unknown): string => JSON.stringify(value)

/** How many requests the cloud has had. */
function seenInCloud({ upstream }: Bench): number {
  return upstream.requests.filter(({ path }) => path.startsWith('/cloud')).length
}

interface Hidden {
  name: string
  body: object
  model?: string
  headers?: Record<string, string>
}

describeRuntimes(labelledPolicies, (bench) => {
  const ask = ({ body, model = 'cloud', headers = {} }: Hidden): Promise<Answer> =>
    bench.client.chat({ ...askOf(model), ...body }, { headers })

  it.each<Hidden>([
    { name: 'JSON that a tool answers', body: says(dumped({ out: `config:\n${KEY}` }), 'tool') },
    { name: 'JSON in JSON', body: says(dumped({ out: dumped({ in: `a\n${KEY}` }) }), 'tool') },
    { name: 'JSON among words', body: says(`It said ${dumped({ out: `a\t${KEY}` })}.`) },
    { name: 'a number', body: { documents: [{ card: CARD }] } },
    {
      name: 'a number of a tool',
      body: { tools: [{ type: 'function', function: { name: 'f', parameters: { default: CARD } } }] },
    },
    { name: 'the model of a wildcard', body: {}, model: `org-${KEY}` },
    { name: 'the correlation id', body: {}, headers: { 'x-correlation-id': KEY } },
    { name: 'a kind', body: says([{ type: KEY, text: 'a' }]) },
    { name: 'a film', body: says([{ type: 'video_url', video_url: { url: 'https://x.test/a' } }]) },
    { name: 'sound', body: says([{ audio_url: { url: 'https://x.test/a' } }]) },
    { name: 'a file', body: says([{ type: 'file', file: { file_id: 'f1' } }]) },
    { name: 'an image without a list', body: says({ image_url: { url: 'https://x.test/a' } }) },
    { name: 'an image within', body: says([{ a: [{ image_url: { url: 'https://x.test/a' } }] }]) },
    { name: 'an image in capitals', body: says([{ url: 'DATA:image/png;base64,QUJD' }]) },
    {
      name: 'images beside the text',
      body: { messages: [{ role: 'user', content: 'a', images: ['QUJD'] }] },
    },
    { name: 'tokens', body: { prompt_token_ids: [1, 2, 3] } },
  ])('$name stays home', async (hidden) => {
    const before = seenInCloud(bench)
    const answer = await ask(hidden)
    expect([answer.status, answer.headers['x-aicc-backend']]).toEqual([200, 'home'])
    expect(seenInCloud(bench)).toBe(before)
  })

  it.each([
    { name: 'texts', content: Array.from({ length: 250_000 }, () => 'a') },
    { name: 'characters', content: 'word '.repeat(SCAN_BYTES) },
  ])('blocks a prompt with more $name than are read, where injections are blocked', async ({ content }) => {
    const before = bench.upstream.requests.length
    const answer = await ask({ name: '', body: says(content) })
    expect([answer.status, answer.error().code]).toEqual([403, 'prompt_injection'])
    expect(bench.upstream.requests).toHaveLength(before)
  })

  it('refuses to redact what it cannot read', async () => {
    const before = bench.upstream.requests.length
    const body = says([{ type: 'file', file: { file_id: 'f1' } }])
    const answer = await ask({ name: '', body, model: 'auto', headers: { 'x-redacted': '1' } })
    expect([answer.status, answer.error().code]).toEqual([400, 'redaction_failed'])
    expect(bench.upstream.requests).toHaveLength(before)
  })

  it('lets ordinary numbers and names go', async () => {
    const headers = { 'x-correlation-id': '0b1f7c1e-8a51-4f0e-9f5d-0c8d3e0f6a77' }
    const answer = await ask({
      name: '',
      body: { seed: 1234567890 },
      model: 'org-llama-3.1-8b-20241022',
      headers,
    })
    expect([answer.status, answer.headers['x-aicc-backend']]).toEqual([200, 'cloud'])
  })

  describe('a body that would be much work is refused', () => {
    it.each([
      { name: 'empty objects', item: '{}' },
      { name: 'empty lists', item: '[]' },
      { name: 'texts', item: '"a"' },
      { name: 'members', item: '{"a":1}' },
    ])('$name', async ({ item }) => {
      const many = `${item},`.repeat(9_000_000 / (item.length + 1))
      const answer = await bench.client.chat(`{"model":"cloud","messages":[],"x":[${many}${item}]}`)
      expect([answer.status, answer.error().code]).toEqual([400, 'json_too_complex'])
      expect((await ask({ name: '', body: {} })).status).toBe(200)
    })
  })
})
