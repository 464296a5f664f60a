import { describe, expect, it } from 'vitest'
import { toPrompt } from '../../../../src/backends/opencode/to-prompt.ts'

const USER = { role: 'user', content: 'hello' }
const PNG = 'data:image/png;base64,iVBORw0KGgo='

describe('toPrompt', () => {
  it('sends one turn as it is, and system texts as system', () => {
    const messages = [
      { role: 'system', content: 'Be kind.' },
      { role: 'developer', content: 'Be brief.' },
      USER,
    ]
    expect(toPrompt({ messages })).toEqual({
      kind: 'prompt',
      system: 'Be kind.\n\nBe brief.',
      parts: [{ type: 'text', text: 'hello' }],
    })
  })

  it('writes a conversation down in one turn', () => {
    const call = { id: 'c1', type: 'function', function: { name: 'add', arguments: '{"a":1}' } }
    const messages = [
      USER,
      { role: 'assistant', content: null, tool_calls: [call] },
      { role: 'tool', tool_call_id: 'c1', content: '2' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'and' },
          { type: 'text', text: 'now?' },
        ],
      },
    ]
    const prompt = toPrompt({ messages })
    expect(prompt.kind === 'prompt' && prompt.parts).toEqual([
      {
        type: 'text',
        text: expect.stringMatching(
          /^What follows[^]*<user>\nhello\n<\/user>\n\n<assistant>\n\(called add with \{"a":1\}\)\n<\/assistant>\n\n<tool>\n2\n<\/tool>\n\n<user>\nand\nnow\?\n<\/user>$/,
        ) as string,
      },
    ])
  })

  it('shows images that come with the request', () => {
    const content = [
      { type: 'text', text: 'what is it?' },
      { type: 'image_url', image_url: { url: PNG } },
    ]
    expect(toPrompt({ messages: [{ role: 'user', content }] })).toEqual({
      kind: 'prompt',
      system: '',
      parts: [
        { type: 'text', text: 'what is it?' },
        { type: 'file', mime: 'image/png', filename: 'image-1.png', url: PNG },
      ],
    })
  })

  it.each<{ field: string; body: Record<string, unknown>; param: string }>([
    { field: 'tools', body: { tools: [{ type: 'function' }] }, param: 'tools' },
    { field: 'several answers', body: { n: 2 }, param: 'n' },
    { field: 'log probabilities', body: { logprobs: true }, param: 'logprobs' },
    { field: 'a format', body: { response_format: { type: 'json_object' } }, param: 'response_format' },
    {
      field: 'an image by address',
      body: {
        messages: [
          { role: 'user', content: [{ type: 'image_url', image_url: { url: 'https://example.org/a.png' } }] },
        ],
      },
      param: 'messages',
    },
    { field: 'no turn', body: { messages: [{ role: 'system', content: 'x' }] }, param: 'messages' },
  ])('refuses $field', ({ body, param }) => {
    expect(toPrompt({ messages: [USER], ...body })).toMatchObject({ kind: 'refused', param })
  })

  it.each([{ tools: [] }, { n: 1 }, { logprobs: false }, { response_format: { type: 'text' } }])(
    'takes %o, which asks for nothing',
    (body) => {
      expect(toPrompt({ messages: [USER], ...body }).kind).toBe('prompt')
    },
  )
})
