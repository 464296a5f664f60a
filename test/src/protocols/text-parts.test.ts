import { describe, expect, it } from 'vitest'
import { hasImages, textParts } from '../../../src/protocols/text-parts.ts'
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
    { name: 'a role we do not know', message: { role: 'oracle', content: 'x' }, parts: ['other text: x'] },
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

  it.each([
    { type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } },
    { type: 'file', file: { file_data: 'AAAA' } },
  ])('leaves out $type and says so', (part) => {
    const { parts, opaque } = textParts({ messages: [{ role: 'user', content: [part] }] }, 'chat')
    expect(opaque).toBe(true)
    expect(parts).toEqual([])
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

describe('hasImages', () => {
  it.each([
    { content: 'text', images: false },
    { content: [{ type: 'text', text: 'image' }], images: false },
    { content: [{ type: 'image_url', image_url: { url: 'x' } }], images: true },
    { content: [{ type: 'input_image', image_url: 'x' }], images: true },
    { content: [{ image_url: { url: 'x' } }], images: true },
    { content: null, images: false },
    { content: [{ type: { toString: 'image' } }, 'image', null], images: false },
  ])('$content: $images', ({ content, images }) => {
    expect(hasImages({ messages: [{ role: 'user', content }] })).toBe(images)
  })
})
