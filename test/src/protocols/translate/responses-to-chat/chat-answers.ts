/** Answers of chat and what a response makes of them: for the tests of both ways of answering, and of OpenAI's document. */
import type { Asked } from '../../../../../src/protocols/translate/translation.ts'

export const ASKED: Asked = {
  body: { model: 'fast', input: 'hi' },
  model: 'fast',
  id: 'r1',
  createdAt: 1_700_000_000,
}

export interface ChatAnswer {
  reasoning?: string
  text?: string
  refusal?: string
  calls?: readonly { id: string; name: string; args: string }[]
  finish: string | null
  usage?: Record<string, unknown>
  logprobs?: readonly object[]
}

export const USAGE = {
  prompt_tokens: 10,
  completion_tokens: 5,
  total_tokens: 15,
  prompt_tokens_details: { cached_tokens: 4 },
  completion_tokens_details: { reasoning_tokens: 2 },
}

const HEAD = { id: 'chatcmpl-1', created: 1, model: 'wire-model' }

/** Not streamed. */
export function wholeAnswer(answer: ChatAnswer): Record<string, unknown> {
  const { reasoning, text, refusal, calls, finish, usage, logprobs } = answer
  const message = {
    role: 'assistant',
    content: text ?? null,
    refusal: refusal ?? null,
    ...(reasoning !== undefined && { reasoning_content: reasoning }),
    ...(calls !== undefined && {
      tool_calls: calls.map(({ id, name, args }) => ({
        id,
        type: 'function',
        function: { name, arguments: args },
      })),
    }),
  }
  const choice = {
    index: 0,
    message,
    finish_reason: finish,
    logprobs: logprobs === undefined ? null : { content: logprobs, refusal: null },
  }
  return { ...HEAD, object: 'chat.completion', choices: [choice], ...(usage && { usage }) }
}

/** One event of a streamed answer, as its data. */
export function chunk(delta: object | null, others: object = {}): string {
  const choices = delta === null ? [] : [{ index: 0, delta, finish_reason: null, ...others }]
  return JSON.stringify({ ...HEAD, object: 'chat.completion.chunk', choices, ...(delta === null && others) })
}

/** Streamed, each kind of content in one piece. */
export function chunksOf(answer: ChatAnswer): string[] {
  const { reasoning, text, refusal, calls = [], finish, usage, logprobs } = answer
  return [
    chunk({ role: 'assistant', content: '' }),
    ...(reasoning === undefined ? [] : [chunk({ reasoning_content: reasoning })]),
    ...(text === undefined
      ? []
      : [chunk({ content: text }, logprobs && { logprobs: { content: logprobs } })]),
    ...(refusal === undefined ? [] : [chunk({ refusal })]),
    ...calls.map(({ id, name, args }, index) =>
      chunk({ tool_calls: [{ index, id, type: 'function', function: { name, arguments: args } }] }),
    ),
    chunk({}, { finish_reason: finish }),
    ...(usage === undefined ? [] : [chunk(null, { usage })]),
    '[DONE]',
  ]
}

const TOKEN = {
  token: 'a',
  logprob: -0.1,
  bytes: null,
  top_logprobs: [{ token: 'b', logprob: -2, bytes: [98] }],
}

export const ANSWERS: readonly (ChatAnswer & {
  name: string
  status: string
  reason?: string
  output: readonly object[]
})[] = [
  {
    name: 'text',
    text: 'hello',
    finish: 'stop',
    usage: USAGE,
    status: 'completed',
    output: [
      {
        id: 'msg_r1_0',
        type: 'message',
        status: 'completed',
        role: 'assistant',
        content: [{ type: 'output_text', text: 'hello', annotations: [], logprobs: [] }],
      },
    ],
  },
  {
    name: 'probabilities',
    text: 'a',
    finish: 'stop',
    logprobs: [TOKEN],
    status: 'completed',
    output: [
      {
        id: 'msg_r1_0',
        type: 'message',
        status: 'completed',
        role: 'assistant',
        content: [{ type: 'output_text', text: 'a', annotations: [], logprobs: [{ ...TOKEN, bytes: [] }] }],
      },
    ],
  },
  {
    name: 'thoughts, text and calls',
    reasoning: 'hm',
    text: 'let me see',
    calls: [
      { id: 'a', name: 'add', args: '{"x":1}' },
      { id: 'b', name: 'now', args: '' },
    ],
    finish: 'tool_calls',
    usage: USAGE,
    status: 'completed',
    output: [
      {
        id: 'rs_r1_0',
        type: 'reasoning',
        status: 'completed',
        summary: [],
        content: [{ type: 'reasoning_text', text: 'hm' }],
      },
      {
        id: 'msg_r1_1',
        type: 'message',
        status: 'completed',
        role: 'assistant',
        content: [{ type: 'output_text', text: 'let me see', annotations: [], logprobs: [] }],
      },
      {
        id: 'fc_r1_2',
        type: 'function_call',
        status: 'completed',
        call_id: 'a',
        name: 'add',
        arguments: '{"x":1}',
      },
      { id: 'fc_r1_3', type: 'function_call', status: 'completed', call_id: 'b', name: 'now', arguments: '' },
    ],
  },
  {
    name: 'calls without an id of their own',
    calls: [
      { id: 'a', name: 'add', args: '{}' },
      { id: 'a', name: 'add', args: '{"x":1}' },
      { id: '', name: 'sub', args: '{}' },
    ],
    finish: 'tool_calls',
    status: 'completed',
    output: [
      {
        id: 'fc_r1_0',
        type: 'function_call',
        status: 'completed',
        call_id: 'a',
        name: 'add',
        arguments: '{}',
      },
      {
        id: 'fc_r1_1',
        type: 'function_call',
        status: 'completed',
        call_id: 'call_r1_1',
        name: 'add',
        arguments: '{"x":1}',
      },
      {
        id: 'fc_r1_2',
        type: 'function_call',
        status: 'completed',
        call_id: 'call_r1_2',
        name: 'sub',
        arguments: '{}',
      },
    ],
  },
  {
    name: 'a refusal',
    refusal: 'I will not',
    finish: 'stop',
    status: 'completed',
    output: [
      {
        id: 'msg_r1_0',
        type: 'message',
        status: 'completed',
        role: 'assistant',
        content: [{ type: 'refusal', refusal: 'I will not' }],
      },
    ],
  },
  {
    name: 'text that turns into a refusal',
    text: 'well',
    refusal: 'no',
    finish: 'stop',
    status: 'completed',
    output: [
      {
        id: 'msg_r1_0',
        type: 'message',
        status: 'completed',
        role: 'assistant',
        content: [
          { type: 'output_text', text: 'well', annotations: [], logprobs: [] },
          { type: 'refusal', refusal: 'no' },
        ],
      },
    ],
  },
  {
    name: 'an answer cut off while thinking',
    reasoning: 'hm',
    finish: 'length',
    usage: USAGE,
    status: 'incomplete',
    reason: 'max_output_tokens',
    output: [
      {
        id: 'rs_r1_0',
        type: 'reasoning',
        status: 'incomplete',
        summary: [],
        content: [{ type: 'reasoning_text', text: 'hm' }],
      },
    ],
  },
  {
    name: 'an answer cut off within a call',
    text: 'so',
    calls: [{ id: 'a', name: 'add', args: '{"x"' }],
    finish: 'length',
    status: 'incomplete',
    reason: 'max_output_tokens',
    output: [
      {
        id: 'msg_r1_0',
        type: 'message',
        status: 'completed',
        role: 'assistant',
        content: [{ type: 'output_text', text: 'so', annotations: [], logprobs: [] }],
      },
      {
        id: 'fc_r1_1',
        type: 'function_call',
        status: 'incomplete',
        call_id: 'a',
        name: 'add',
        arguments: '{"x"',
      },
    ],
  },
  {
    name: 'an answer held back',
    finish: 'content_filter',
    status: 'incomplete',
    reason: 'content_filter',
    output: [],
  },
  { name: 'nothing', finish: 'stop', status: 'completed', output: [] },
  { name: 'an end that says nothing', finish: null, status: 'completed', output: [] },
]
