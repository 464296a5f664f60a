/** Requests of the Responses API and what chat is asked instead. */

export const ADD = { type: 'function', name: 'add', parameters: { type: 'object' }, strict: true }
const SUB = { type: 'function', name: 'sub', parameters: null, strict: null, description: 'less' }
const CHAT_ADD = {
  type: 'function',
  function: { name: 'add', parameters: { type: 'object' }, strict: true },
}
const CHAT_SUB = { type: 'function', function: { name: 'sub', description: 'less' } }
export const CALL = { type: 'function_call', id: 'fc_1', call_id: 'c1', name: 'add', arguments: '{"a":1}' }
const CHAT_CALL = { id: 'c1', type: 'function', function: { name: 'add', arguments: '{"a":1}' } }
export const HI: unknown[] = [{ role: 'user', content: 'hi' }]

export interface RequestCase {
  name: string
  body: Record<string, unknown>
  /** What the chat has beside `model` and what `hi` makes. */
  chat?: Record<string, unknown>
  messages?: unknown[]
  lost?: string[]
}

const SETTINGS: RequestCase[] = [
  { name: 'nothing but the input', body: {} },
  {
    name: 'what both call the same',
    body: {
      temperature: 0,
      top_p: 0.5,
      user: 'u',
      service_tier: 'flex',
      prompt_cache_key: 'k',
      stream: false,
    },
    chat: {
      temperature: 0,
      top_p: 0.5,
      user: 'u',
      service_tier: 'flex',
      prompt_cache_key: 'k',
      stream: false,
    },
  },
  { name: 'null', body: { temperature: null, tools: null, text: null, reasoning: null, instructions: null } },
  { name: 'a bound', body: { max_output_tokens: 20 }, chat: { max_tokens: 20 } },
  {
    name: 'a stream',
    body: { stream: true },
    chat: { stream: true, stream_options: { include_usage: true } },
  },
  {
    name: 'reasoning',
    body: { reasoning: { effort: 'low', summary: 'auto' } },
    chat: { reasoning_effort: 'low' },
    lost: ['reasoning.summary'],
  },
  { name: 'plain text', body: { text: { format: { type: 'text' } } } },
  {
    name: 'JSON, and how much of it',
    body: { text: { format: { type: 'json_object' }, verbosity: 'low' } },
    chat: { response_format: { type: 'json_object' }, verbosity: 'low' },
  },
  {
    name: 'a schema',
    body: { text: { format: { type: 'json_schema', name: 'n', strict: true, schema: { type: 'object' } } } },
    chat: {
      response_format: {
        type: 'json_schema',
        json_schema: { name: 'n', strict: true, schema: { type: 'object' } },
      },
    },
  },
  {
    name: 'probabilities',
    body: { include: ['message.output_text.logprobs'], top_logprobs: 2 },
    chat: { logprobs: true, top_logprobs: 2 },
  },
  { name: 'what chat cannot include', body: { include: ['reasoning.encrypted_content'] }, lost: ['include'] },
  { name: 'defaults that hold', body: { store: false, truncation: 'disabled', background: false } },
  { name: 'storing and cutting', body: { store: true, truncation: 'auto' }, lost: ['store', 'truncation'] },
  { name: 'what is only shown again', body: { metadata: { a: 'b' }, max_tool_calls: 3, stream_options: {} } },
  {
    name: 'what nobody knows',
    body: { top_k: 3, moderation: { model: 'm' } },
    lost: ['top_k', 'moderation'],
  },
]

const TOOLS: RequestCase[] = [
  { name: 'functions', body: { tools: [ADD, SUB] }, chat: { tools: [CHAT_ADD, CHAT_SUB] } },
  {
    name: 'what of a function chat does not know',
    body: { tools: [{ ...ADD, defer_loading: true, output_schema: {} }] },
    chat: { tools: [CHAT_ADD] },
    lost: ['tools[].defer_loading', 'tools[].output_schema'],
  },
  {
    name: 'a choice',
    body: { tools: [ADD], tool_choice: 'required', parallel_tool_calls: false },
    chat: { tools: [CHAT_ADD], tool_choice: 'required', parallel_tool_calls: false },
  },
  {
    name: 'one function',
    body: { tools: [ADD], tool_choice: { type: 'function', name: 'add' } },
    chat: { tools: [CHAT_ADD], tool_choice: { type: 'function', function: { name: 'add' } } },
  },
  {
    name: 'some of them',
    body: {
      tools: [ADD, SUB],
      tool_choice: { type: 'allowed_tools', mode: 'required', tools: [{ type: 'function', name: 'sub' }] },
    },
    chat: { tools: [CHAT_SUB], tool_choice: 'required' },
  },
  { name: 'a choice between nothing', body: { tool_choice: 'auto', tools: [], parallel_tool_calls: true } },
]

export const user = (...content: unknown[]): unknown => ({ role: 'user', content })
const INPUT_A = { type: 'input_text', text: 'a' }
const OUTPUT_A = { type: 'output_text', text: 'a', annotations: [], logprobs: [] }
const MESSAGES: RequestCase[] = [
  {
    name: 'instructions',
    body: { instructions: 'be brief', input: 'hi' },
    messages: [{ role: 'system', content: 'be brief' }, ...HI],
  },
  {
    name: 'instructions in several places as one message',
    body: {
      instructions: 'a',
      input: [
        { role: 'developer', content: 'b' },
        { role: 'system', content: 'c' },
        { role: 'user', content: 'hi' },
      ],
    },
    messages: [{ role: 'system', content: 'a\n\nb\n\nc' }, ...HI],
  },
  {
    name: 'a conversation',
    body: {
      input: [
        { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'hi' }] },
        {
          type: 'message',
          id: 'm',
          status: 'completed',
          role: 'assistant',
          content: [{ type: 'output_text', text: 'yes?', annotations: [], logprobs: [] }],
        },
        { role: 'assistant', content: [{ type: 'refusal', refusal: 'no' }] },
        { role: 'user', content: 'so' },
      ],
    },
    messages: [
      ...HI,
      { role: 'assistant', content: 'yes?' },
      { role: 'assistant', content: 'no' },
      { role: 'user', content: 'so' },
    ],
  },
  {
    name: 'text in parts',
    body: {
      input: [
        { role: 'system', content: [INPUT_A, { ...INPUT_A, text: 'b' }] },
        user(INPUT_A, { ...INPUT_A, text: 'b' }),
        {
          type: 'message',
          id: 'm',
          status: 'completed',
          role: 'assistant',
          content: [OUTPUT_A, { ...OUTPUT_A, text: 'b' }],
        },
        { type: 'message', role: 'user', content: [] },
      ],
    },
    messages: [
      { role: 'system', content: 'a\n\nb' },
      user({ type: 'text', text: 'a' }, { type: 'text', text: 'b' }),
      { role: 'assistant', content: 'ab' },
      { role: 'user', content: '' },
    ],
  },
  {
    name: 'images, files and sound',
    body: {
      input: [
        user(
          { type: 'input_text', text: 'see' },
          { type: 'input_image', image_url: 'data:image/png;base64,AA', detail: 'auto' },
          { type: 'input_image', image_url: 'https://a/b', detail: 'low' },
          { type: 'input_file', file_data: 'data:,a', filename: 'a.txt', file_id: null },
          { type: 'input_audio', input_audio: { data: 'AA', format: 'wav' } },
        ),
      ],
    },
    messages: [
      user(
        { type: 'text', text: 'see' },
        { type: 'image_url', image_url: { url: 'data:image/png;base64,AA' } },
        { type: 'image_url', image_url: { url: 'https://a/b', detail: 'low' } },
        { type: 'file', file: { file_data: 'data:,a', filename: 'a.txt' } },
        { type: 'input_audio', input_audio: { data: 'AA', format: 'wav' } },
      ),
    ],
  },
  {
    name: 'finer images than chat knows',
    body: { input: [user({ type: 'input_image', image_url: 'https://a/b', detail: 'original' })] },
    messages: [user({ type: 'image_url', image_url: { url: 'https://a/b', detail: 'high' } })],
    lost: ['input[].content[].detail'],
  },
  {
    name: 'calls and their results',
    body: {
      input: [
        { role: 'user', content: 'hi' },
        { type: 'reasoning', id: 'r', summary: [], content: [{ type: 'reasoning_text', text: 'hm' }] },
        { role: 'assistant', content: 'let me see', phase: 'commentary' },
        CALL,
        { ...CALL, call_id: 'c2' },
        { type: 'function_call_output', call_id: 'c1', output: '1' },
        { type: 'function_call_output', call_id: 'c2', output: [{ type: 'input_text', text: '2' }] },
      ],
    },
    messages: [
      ...HI,
      { role: 'assistant', content: 'let me see', tool_calls: [CHAT_CALL, { ...CHAT_CALL, id: 'c2' }] },
      { role: 'tool', tool_call_id: 'c1', content: '1' },
      { role: 'tool', tool_call_id: 'c2', content: '2' },
    ],
    lost: ['input[].reasoning', 'input[].phase'],
  },
  {
    name: 'what is said between a call and its result',
    body: {
      input: [
        CALL,
        { role: 'assistant', content: 'wait' },
        { role: 'assistant', content: ' for it' },
        { type: 'function_call_output', call_id: 'c1', output: '1' },
        CALL,
      ],
    },
    messages: [
      { role: 'assistant', content: 'wait for it', tool_calls: [CHAT_CALL] },
      { role: 'tool', tool_call_id: 'c1', content: '1' },
      { role: 'assistant', content: null, tool_calls: [CHAT_CALL] },
    ],
  },
  {
    name: 'what tools show, behind the results of their turn',
    body: {
      input: [
        CALL,
        { ...CALL, call_id: 'c2' },
        {
          type: 'function_call_output',
          call_id: 'c1',
          output: [
            { type: 'input_text', text: 'seen' },
            { type: 'input_image', image_url: 'https://a/b' },
          ],
        },
        { type: 'function_call_output', call_id: 'c2', output: '2' },
        CALL,
      ],
    },
    messages: [
      { role: 'assistant', content: null, tool_calls: [CHAT_CALL, { ...CHAT_CALL, id: 'c2' }] },
      { role: 'tool', tool_call_id: 'c1', content: 'seen' },
      { role: 'tool', tool_call_id: 'c2', content: '2' },
      user({ type: 'image_url', image_url: { url: 'https://a/b' } }),
      { role: 'assistant', content: null, tool_calls: [CHAT_CALL] },
    ],
  },
]

/** Of most of them the input is `hi`. */
export const REQUESTS: readonly RequestCase[] = [...SETTINGS, ...TOOLS, ...MESSAGES]
