/** What the other protocols say, by whom, and what of it cannot be read. */
import { describe, expect, it } from 'vitest'
import { textParts } from '../../../src/protocols/text-parts.ts'
import type { Surface } from '../../../src/table/route-table.ts'

interface Row {
  name: string
  surface: Surface
  body: Record<string, unknown>
  /** `role kind: text`, in order. */
  parts: string[]
  /** Texts of the last user turn; not compared where left out. */
  asked?: string[]
  images?: boolean
  opaque?: boolean
}

const user = (...content: unknown[]): object => ({ role: 'user', content })
const model = (...content: unknown[]): object => ({ role: 'assistant', content })

const MESSAGES: Omit<Row, 'surface'>[] = [
  {
    name: 'system text and a turn',
    body: { system: 'be kind', messages: [{ role: 'user', content: 'hi' }] },
    parts: ['system text: be kind', 'user text: hi'],
    asked: ['hi'],
  },
  {
    name: 'system blocks',
    body: {
      system: [{ type: 'text', text: 'be kind', cache_control: { type: 'ephemeral', ttl: '1h' } }],
      messages: [],
    },
    parts: ['system text: be kind', 'system text: 1h'],
  },
  {
    name: 'a call of a tool, whatever its fields are called',
    body: {
      messages: [
        model(
          { type: 'thinking', thinking: 'hm', signature: 'c2ln' },
          {
            type: 'tool_use',
            id: 'toolu_1',
            name: 'read',
            input: { file: 'a.ts', image: 'b', data: 'AAAA', deep: [{ q: 'x' }] },
          },
        ),
      ],
    },
    parts: [
      'assistant text: hm',
      'assistant id: c2ln',
      'assistant id: toolu_1',
      'assistant text: read',
      'assistant text: a.ts',
      'assistant text: b',
      'assistant text: AAAA',
      'assistant text: x',
      'other keys: image\ndeep\nq',
    ],
  },
  {
    name: 'what a tool answered, in the turn of the user',
    body: {
      messages: [
        user('what', { type: 'text', text: 'first' }),
        user(
          { type: 'tool_result', tool_use_id: 'toolu_1', content: [{ type: 'text', text: 'found' }] },
          { type: 'tool_result', tool_use_id: 'toolu_2', content: 'none', is_error: true },
          { type: 'text', text: 'go on' },
        ),
      ],
    },
    parts: [
      'user text: what',
      'user text: first',
      'tool id: toolu_1',
      'tool text: found',
      'tool id: toolu_2',
      'tool text: none',
      'user text: go on',
    ],
    asked: ['go on'],
  },
  {
    name: 'a turn in which only tools answer: the user asked before',
    body: {
      messages: [user({ type: 'text', text: 'ask' }), user({ type: 'tool_result', content: 'found' })],
    },
    parts: ['user text: ask', 'tool text: found'],
    asked: ['ask'],
  },
  {
    name: 'an image',
    body: { messages: [user({ type: 'image', source: { type: 'base64', data: 'AAAA' } })] },
    parts: [],
    images: true,
    opaque: true,
  },
  {
    name: 'a file',
    body: { messages: [user({ type: 'document', source: { type: 'base64', data: 'AAAA' } })] },
    parts: [],
    opaque: true,
  },
  {
    name: 'a document that stands there',
    body: {
      messages: [
        user({
          type: 'document',
          title: 'plan',
          source: { type: 'text', media_type: 'text/plain', data: 'the plan' },
        }),
        user({ type: 'document', source: { type: 'content', content: [{ type: 'text', text: 'more' }] } }),
      ],
    },
    parts: ['user text: plan', 'user text: text/plain', 'user text: the plan', 'user text: more'],
  },
  {
    name: 'an image in a document',
    body: {
      messages: [
        user({
          type: 'document',
          source: { type: 'content', content: [{ type: 'image', source: { type: 'url', url: 'x' } }] },
        }),
      ],
    },
    parts: ['user text: x'],
    images: true,
  },
  {
    name: 'thoughts that nobody can read',
    body: { messages: [model({ type: 'redacted_thinking', data: 'AAAA' })] },
    parts: [],
    opaque: true,
  },
  {
    name: 'tools and whom it is for',
    body: {
      messages: [],
      metadata: { user_id: 'ada' },
      tools: [{ name: 'find', input_schema: { type: 'object', properties: { city: { type: 'string' } } } }],
    },
    parts: ['other text: ada', 'other text: find', 'other keys: city'],
  },
]

const RESPONSES: Omit<Row, 'surface'>[] = [
  {
    name: 'instructions and a text',
    body: { instructions: 'be kind', input: 'hi' },
    parts: ['system text: be kind', 'user text: hi'],
    asked: ['hi'],
  },
  {
    name: 'items',
    body: {
      input: [
        { role: 'developer', content: 'be brief' },
        { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'look it up' }] },
        {
          type: 'reasoning',
          id: 'rs_1',
          summary: [{ type: 'summary_text', text: 'hm' }],
          encrypted_content: 'x',
        },
        { type: 'function_call', call_id: 'c1', name: 'find', arguments: '{"q":"y"}', status: 'completed' },
        { type: 'function_call_output', call_id: 'c1', output: 'found' },
        { type: 'custom_tool_call', call_id: 'c2', name: 'sh', input: 'ls' },
        { type: 'custom_tool_call_output', call_id: 'c2', output: [{ type: 'input_text', text: 'a.ts' }] },
        { type: 'oracle', text: 'z' },
      ],
    },
    parts: [
      'system text: be brief',
      'user text: look it up',
      'assistant id: rs_1',
      'assistant text: hm',
      'assistant id: x',
      'assistant id: c1',
      'assistant text: find',
      'assistant json: {"q":"y"}',
      'tool id: c1',
      'tool text: found',
      'assistant id: c2',
      'assistant text: sh',
      'assistant text: ls',
      'tool id: c2',
      'tool text: a.ts',
      'other text: oracle',
      'other text: z',
    ],
    asked: ['look it up'],
  },
  {
    name: 'an image',
    body: { input: [user({ type: 'input_image', image_url: 'data:image/png;base64,AAAA' })] },
    parts: [],
    images: true,
  },
  {
    name: 'a file',
    body: { input: [user({ type: 'input_file', filename: 'plan.pdf', file_data: 'AAAA' })] },
    parts: ['user text: plan.pdf'],
    opaque: true,
  },
  { name: 'tokens', body: { input: [1, 2] }, parts: [], opaque: true },
  {
    name: 'a wish for JSON, which shows nothing',
    body: { input: 'a', text: { format: { type: 'json_schema', name: 'file', schema: { file: 'b' } } } },
    parts: ['user text: a', 'other text: file', 'other text: b'],
  },
]

const OTHERS: Row[] = [
  {
    name: 'a query and texts',
    surface: 'rerank',
    body: { query: 'which', documents: ['one', { text: 'two', title: 'b' }], top_n: 1 },
    parts: ['user text: which', 'user text: one', 'user text: two', 'user text: b'],
    asked: ['which'],
  },
  {
    name: 'what is said aloud, and how',
    surface: 'speech',
    body: { input: 'hello', instructions: 'gently', voice: 'alloy' },
    parts: ['system text: gently', 'user text: hello', 'other text: alloy'],
    asked: ['hello'],
  },
  {
    name: 'a picture',
    surface: 'images',
    body: { prompt: 'a cat', size: '1x1' },
    parts: ['user text: a cat', 'other text: 1x1'],
    asked: ['a cat'],
  },
  {
    name: 'texts and an image',
    surface: 'moderations',
    body: {
      input: [
        { type: 'text', text: 'a' },
        { type: 'image_url', image_url: { url: 'x' } },
      ],
    },
    parts: ['user text: a', 'user text: x'],
    images: true,
  },
  {
    name: 'a hint',
    surface: 'transcriptions',
    body: { prompt: 'names: Ada', language: 'en' },
    parts: ['user text: names: Ada', 'other text: en'],
    asked: ['names: Ada'],
  },
  {
    name: 'a hint',
    surface: 'translations',
    body: { prompt: 'names: Ada', response_format: 'text' },
    parts: ['user text: names: Ada', 'other text: text'],
    asked: ['names: Ada'],
  },
]

describe.each<Row>([
  ...MESSAGES.map((row): Row => Object.assign({ surface: 'messages' as const }, row)),
  ...MESSAGES.map((row): Row => Object.assign({ surface: 'count-tokens' as const }, row)),
  ...RESPONSES.map((row): Row => Object.assign({ surface: 'responses' as const }, row)),
  ...OTHERS,
])('$surface: $name', ({ surface, body, parts, asked, images = false, opaque = false }) => {
  const read = textParts({ model: 'm', ...body }, surface)

  it('is read once, by whom it is said', () => {
    expect(read.parts.map(({ role, kind, text }) => `${role} ${kind}: ${text}`)).toEqual(parts)
  })

  it('tells what the user asks last, and what it cannot read', () => {
    const said = read.parts.slice(...read.lastUser).map(({ text }) => text)
    if (asked !== undefined) expect(said).toEqual(asked)
    expect(read).toMatchObject({ images, opaque })
  })

  it('knows where each text stands', () => {
    for (const { path, text } of read.parts) {
      if (path.length === 0) continue
      const found = path.reduce<unknown>((value, step) => (value as Record<string, unknown>)[step], body)
      expect(found).toBe(text)
    }
  })
})
