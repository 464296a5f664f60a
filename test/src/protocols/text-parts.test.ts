import { describe, expect, it } from 'vitest'
import { MAX_PARTS, textParts } from '../../../src/protocols/text-parts.ts'
import type { Surface } from '../../../src/table/route-table.ts'

function shown(body: Record<string, unknown>, surface: Surface = 'chat'): string[] {
  return textParts(body, surface).parts.map(({ role, kind, text }) => `${role} ${kind}: ${text}`)
}

describe('textParts', () => {
  it.each([
    { name: 'a plain turn', message: { role: 'user', content: 'hi' }, parts: ['user text: hi'] },
    {
      name: 'developer text',
      message: { role: 'developer', content: 'be kind' },
      parts: ['system text: be kind'],
    },
    {
      name: 'content parts',
      message: {
        role: 'user',
        content: [
          { type: 'text', text: 'a' },
          { type: 'text', text: 'b' },
        ],
      },
      parts: ['user text: a', 'user text: b'],
    },
    {
      name: 'tool calls',
      message: {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'find', arguments: '{"q":"x"}' } }],
      },
      parts: ['assistant id: call_1', 'assistant text: find', 'assistant json: {"q":"x"}'],
    },
    {
      name: 'a tool answer',
      message: { role: 'tool', tool_call_id: 'call_1', content: 'found' },
      parts: ['tool id: call_1', 'tool text: found'],
    },
    {
      name: 'a name',
      message: { role: 'user', name: 'ada', content: 'hi' },
      parts: ['user text: ada', 'user text: hi'],
    },
    {
      name: 'fields we do not know',
      message: { role: 'assistant', reasoning_content: 'hm', content: 'yes' },
      parts: ['assistant text: hm', 'assistant text: yes', 'other keys: reasoning_content'],
    },
    {
      name: 'a role we do not know',
      message: { role: 'oracle', content: 'x' },
      parts: ['other text: oracle', 'other text: x'],
    },
    {
      name: 'a kind that is a word of ours',
      message: { role: 'user', content: [{ type: 'hermes', text: 'x' }] },
      parts: ['user text: hermes', 'user text: x'],
    },
    {
      name: 'JSON that a tool answers',
      message: { role: 'tool', content: String.raw`{"out":"a\nb"}` },
      parts: [String.raw`tool json: {"out":"a\nb"}`],
    },
    {
      name: 'a list of JSON that was cut off',
      message: { role: 'tool', content: String.raw` [{"out":"a\n` },
      parts: [String.raw`tool json:  [{"out":"a\n`],
    },
    {
      name: 'JSON without escapes',
      message: { role: 'tool', content: '{"a":1}' },
      parts: ['tool text: {"a":1}'],
    },
    {
      name: 'what only begins like it',
      message: { role: 'user', content: String.raw`[see \srv\share]` },
      parts: [String.raw`user text: [see \srv\share]`],
    },
    {
      name: 'what people write about a data URL',
      message: { role: 'user', content: 'data: see below, and data:image/png;base64,AAAA' },
      parts: ['user text: data: see below, and data:image/png;base64,AAAA'],
    },
    {
      name: 'a kind that is no kind',
      message: { role: 'A note', content: '' },
      parts: ['other text: A note'],
    },
    { name: 'no message at all', message: 'stray', parts: ['other text: stray'] },
    {
      name: 'an image elsewhere',
      message: {
        role: 'user',
        content: [{ type: 'image_url', image_url: { url: 'https://x.test/a.png?k=1' } }],
      },
      parts: ['user text: https://x.test/a.png?k=1'],
    },
    {
      name: 'an image within',
      message: {
        role: 'user',
        content: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } }],
      },
      parts: [],
    },
  ])('$name', ({ message, parts }) => {
    expect(shown({ model: 'm', messages: [message] })).toEqual(parts)
  })

  it('walks all other fields of the body, the names of fields included', () => {
    const tools = [
      {
        type: 'function',
        function: {
          name: 'find',
          description: 'finds',
          parameters: { type: 'object', properties: { city: {} } },
        },
      },
    ]
    expect(shown({ model: 'm', messages: [], tools, metadata: { note: 'n' }, stop: ['END'] })).toEqual([
      'other text: find',
      'other text: finds',
      'other text: n',
      'other text: END',
      'other keys: city\nnote',
    ])
  })

  it.each([
    { surface: 'completions', body: { prompt: 'a', suffix: 'b' }, parts: ['user text: a', 'user text: b'] },
    { surface: 'completions', body: { prompt: ['a', 'b'] }, parts: ['user text: a', 'user text: b'] },
    { surface: 'embeddings', body: { input: 'a', user: 'u' }, parts: ['user text: a', 'other text: u'] },
  ] as const)('$surface: $body', ({ surface, body, parts }) => {
    expect(shown(body, surface)).toEqual(parts)
    expect(textParts(body, surface).lastUser).toEqual([
      0,
      parts.filter((part) => part.startsWith('user')).length,
    ])
  })

  it.each([
    { input: [1, 2, 3], tokenNumbers: 3 },
    { input: [[1, 2], [3]], tokenNumbers: 3 },
  ])('cannot read $input', ({ input, tokenNumbers }) => {
    expect(textParts({ input }, 'embeddings')).toMatchObject({ parts: [], tokenNumbers, opaque: true })
  })

  const URL = { url: 'https://x.test/a?key=1' }

  it.each([
    { name: 'sound', content: [{ type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } }] },
    { name: 'a file', content: [{ type: 'file', file: { file_data: 'AAAA' } }] },
    { name: 'a file by its id', content: [{ type: 'file', file: { file_id: 'f1' } }], texts: ['f1'] },
    { name: 'a file elsewhere', content: [{ file_url: 'https://x.test/f' }], texts: ['https://x.test/f'] },
    { name: 'a film', content: [{ type: 'video_url', video_url: URL }], texts: [URL.url] },
    { name: 'sound elsewhere', content: [{ audio_url: URL }], texts: [URL.url] },
    { name: 'a kind alone', content: [{ type: 'input_file' }] },
    { name: 'a film in the text', content: [{ x: 'data:video/mp4;base64,AAAA' }] },
    { name: 'an image', content: [{ type: 'image_url', image_url: URL }], images: true, texts: [URL.url] },
    { name: 'an image, not in a list', content: { image_url: URL }, images: true, texts: [URL.url] },
    {
      name: 'an image within',
      content: [{ x: [{ y: { image_url: URL } }] }],
      images: true,
      texts: [URL.url],
    },
    {
      name: 'an image as text',
      content: [{ type: 'input_image', image_url: 'DATA:image/png;base64,AAAA' }],
      images: true,
    },
    {
      name: 'no image',
      content: [{ type: 'text', image_url: null, images: [], text: 'a' }],
      images: null,
      texts: ['a'],
    },
  ] as { name: string; content: unknown; images?: boolean | null; texts?: string[] }[])(
    'says that it cannot read $name',
    ({ content, images = false, texts = [] }) => {
      const read = textParts({ messages: [{ role: 'user', content }] }, 'chat')
      expect([read.images, read.opaque]).toEqual(images === null ? [false, false] : [images, !images])
      expect(read.parts.filter(({ kind }) => kind !== 'keys').map(({ text }) => text)).toEqual(texts)
    },
  )

  it.each([
    {
      name: 'images beside the text',
      body: { messages: [{ role: 'user', images: ['AAAA'] }] },
      images: true,
    },
    { name: 'images of the body', body: { images: ['AAAA'] }, images: true },
    { name: 'tokens of vLLM', body: { prompt_token_ids: [1, 2] }, opaque: true },
    { name: 'tokens within', body: { x: { input_ids: [[1], [2]] } }, opaque: true },
    { name: 'a prompt that is text after all', body: { prompt: [1, 'a'] } },
    { name: 'tokens where text belongs', body: { prompt: [1, 2] }, opaque: true },
    { name: 'embeddings', body: { prompt_embeds: 'AAAA' }, opaque: true },
    { name: 'a wish for speech', body: { audio: { voice: 'x', format: 'wav' } } },
    {
      name: 'a tool that takes files',
      body: {
        tools: [{ function: { parameters: { properties: { file: { type: 'string' }, image_url: {} } } } }],
      },
    },
    { name: 'names of files', body: { metadata: { file: 'a.ts' } } },
    { name: 'plain numbers', body: { stop_token_ids: [1], x: { values: [1, 2] } } },
  ] as { name: string; body: Record<string, unknown>; images?: boolean; opaque?: boolean }[])(
    'tells from fields: $name',
    ({ body, images = false, opaque = false }) => {
      expect(textParts(body, 'chat')).toMatchObject({ images, opaque })
    },
  )

  it('reads long numbers as they were written', () => {
    const numbers = ['1234567890123456789', '4.111111111111111e15', '12345678.5', '1e400000'].map(
      (digits) => ({ key: 'n', digits }),
    )
    expect(textParts({}, 'chat', numbers).parts).toEqual([
      {
        role: 'other',
        kind: 'numbers',
        text: 'n: 1234567890123456789\nn: 4111111111111111\nn: 12345678\nn: 1',
        path: [],
      },
    ])
  })

  it('reads so many texts and no more, and says so', () => {
    const within = (n: number) =>
      textParts({ messages: [{ role: 'system', content: Array.from({ length: n }, () => 'a') }] }, 'chat')
    expect(within(MAX_PARTS)).toMatchObject({ cut: false, opaque: false })
    const more = within(MAX_PARTS + 1)
    expect(more).toMatchObject({ cut: true, opaque: true, systemLength: MAX_PARTS + 1 })
    expect(more.parts).toHaveLength(MAX_PARTS)
    const numbers = Array.from({ length: MAX_PARTS + 1 }, () => ({ key: '', digits: '12345678' }))
    expect(textParts({}, 'chat', numbers)).toMatchObject({ cut: true, opaque: true })
  })

  it('knows where the last user turn stands, and where each part does', () => {
    const messages = [
      { role: 'user', content: 'first' },
      { role: 'assistant', content: 'well' },
      { role: 'user', content: [{ type: 'text', text: 'last' }] },
      { role: 'assistant', content: 'so' },
    ]
    const { parts, lastUser, messages: count } = textParts({ messages }, 'chat')
    expect(count).toBe(4)
    expect(parts.slice(...lastUser)).toEqual([
      { role: 'user', kind: 'text', text: 'last', path: ['messages', 2, 'content', 0, 'text'] },
    ])
  })
})
