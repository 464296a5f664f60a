/** Where text can stand in a request. */
import {
  ALL,
  TURNS,
  CHAT,
  MESSAGES,
  RESPONSES,
  listOf,
  tell,
  open,
  call,
  offer,
  note,
  texts,
  inputTexts,
  said,
  type Place,
} from './draft.ts'
import { PROTOCOL_PLACES } from './protocol-places.ts'

export const PLACES: readonly Place[] = [
  { name: 'user turn', surfaces: TURNS, put: said((d, text) => tell(d, 'user', `see ${text} .`)) },
  {
    name: 'content parts',
    surfaces: ['chat', ...MESSAGES],
    splits: true,
    put: (d, p) => tell(d, 'user', texts(p)),
  },
  {
    name: 'content parts of an item',
    surfaces: RESPONSES,
    splits: true,
    put: (d, p) => tell(d, 'user', inputTexts(p)),
  },
  {
    name: 'content parts among words',
    isCrowded: true,
    surfaces: CHAT,
    splits: true,
    put: (d, p) => tell(d, 'user', texts(['It is about', ...p, 'and so on'])),
  },
  { name: 'system', surfaces: CHAT, put: said((d, text) => open(d, 'system', text)) },
  { name: 'developer', surfaces: CHAT, put: said((d, text) => open(d, 'developer', text)) },
  { name: 'system parts', surfaces: CHAT, splits: true, put: (d, p) => open(d, 'system', texts(p)) },
  { name: 'earlier user turn', surfaces: TURNS, put: said((d, text) => open(d, 'user', text)) },
  { name: 'assistant', surfaces: TURNS, put: said((d, text) => open(d, 'assistant', `I saw ${text}`)) },
  { name: 'refusal', surfaces: CHAT, put: said((d, refusal) => open(d, 'assistant', null, { refusal })) },
  { name: 'speaker', surfaces: CHAT, put: said((d, name) => open(d, 'user', 'hello', { name })) },
  { name: 'unknown role', surfaces: CHAT, put: said((d, text) => open(d, text, 'hello')) },
  {
    name: 'tool result',
    surfaces: CHAT,
    put: said((d, text) => open(d, 'tool', `found: ${text}`, { tool_call_id: 'call_1' })),
  },
  {
    name: 'tool result in JSON',
    surfaces: CHAT,
    put: said((d, text) => open(d, 'tool', JSON.stringify({ row: [{ value: text }] }))),
  },
  {
    name: 'tool result parts',
    surfaces: CHAT,
    splits: true,
    put: (d, p) => open(d, 'tool', texts(p), { tool_call_id: 'call_1' }),
  },
  {
    name: 'tool arguments',
    surfaces: CHAT,
    put: said((d, text) => call(d, { arguments: JSON.stringify({ to: text }) })),
  },
  {
    name: 'JSON in tool arguments',
    surfaces: CHAT,
    put: said((d, text) => call(d, { arguments: JSON.stringify({ to: JSON.stringify([text]) }) })),
  },
  { name: 'tool call name', surfaces: CHAT, put: said((d, name) => call(d, { name })) },
  { name: 'tool call id', surfaces: CHAT, isId: true, put: said((d, id) => call(d, { id })) },
  { name: 'tool name', surfaces: CHAT, put: said((d, name) => offer(d, { name })) },
  {
    name: 'tool description',
    surfaces: CHAT,
    put: said((d, description) => offer(d, { description })),
  },
  {
    name: 'tool parameter',
    surfaces: CHAT,
    put: said((d, text) => offer(d, { parameters: { type: 'object', properties: { a: { enum: [text] } } } })),
  },
  {
    name: 'tool parameter name',
    surfaces: CHAT,
    isFixed: true,
    put: said((d, text) => offer(d, { parameters: { type: 'object', properties: { [text]: {} } } })),
  },
  {
    name: 'answer format',
    surfaces: CHAT,
    put: said((d, description) => {
      const schema = { type: 'object', properties: { a: { type: 'string', description } } }
      d.body['response_format'] = { type: 'json_schema', json_schema: { name: 'a', schema } }
    }),
  },
  {
    name: 'system field',
    surfaces: MESSAGES,
    put: said((d, text) => void (d.body['system'] = `You know ${text}`)),
  },
  {
    name: 'system blocks',
    surfaces: MESSAGES,
    splits: true,
    put: (d, p) => void (d.body['system'] = texts(p)),
  },
  {
    name: 'tool input',
    surfaces: MESSAGES,
    put: said((d, text) => {
      block(d, 'assistant', { type: 'tool_use', id: 'toolu_1', name: 'ask', input: { to: [{ file: text }] } })
    }),
  },
  {
    name: 'JSON in tool input',
    surfaces: MESSAGES,
    put: said((d, text) => {
      const input = { arguments: JSON.stringify({ to: text }) }
      block(d, 'assistant', { type: 'tool_use', id: 'toolu_1', name: 'ask', input })
    }),
  },
  {
    name: 'tool input name',
    surfaces: MESSAGES,
    isFixed: true,
    put: said((d, text) => {
      block(d, 'assistant', { type: 'tool_use', id: 'toolu_1', name: 'ask', input: { [text]: 1 } })
    }),
  },
  {
    name: 'tool result block',
    surfaces: MESSAGES,
    put: said((d, text) => {
      block(d, 'user', { type: 'tool_result', tool_use_id: 'toolu_1', content: `found: ${text}` })
    }),
  },
  {
    name: 'tool result blocks',
    surfaces: MESSAGES,
    splits: true,
    put: (d, p) => block(d, 'user', { type: 'tool_result', tool_use_id: 'toolu_1', content: texts(p) }),
  },
  {
    name: 'tool use id',
    surfaces: MESSAGES,
    isId: true,
    put: said((d, id) => block(d, 'user', { type: 'tool_result', tool_use_id: id, content: 'found' })),
  },
  {
    name: 'thinking',
    surfaces: MESSAGES,
    put: said((d, thinking) => block(d, 'assistant', { type: 'thinking', thinking, signature: 'c2ln' })),
  },
  {
    name: 'signature',
    surfaces: MESSAGES,
    isId: true,
    put: said((d, signature) => block(d, 'assistant', { type: 'thinking', thinking: 'hm', signature })),
  },
  {
    name: 'document',
    surfaces: MESSAGES,
    put: said((d, data) => {
      block(d, 'user', { type: 'document', source: { type: 'text', media_type: 'text/plain', data } })
    }),
  },
  {
    name: 'document title',
    surfaces: MESSAGES,
    put: said((d, title) => {
      block(d, 'user', { type: 'document', title, source: { type: 'content', content: texts(['a']) } })
    }),
  },
  {
    name: 'input schema',
    surfaces: MESSAGES,
    put: said((d, description) => {
      listOf(d, 'tools').push({ name: 'ask', input_schema: { type: 'object', description } })
    }),
  },
  {
    name: 'instructions',
    surfaces: [...RESPONSES, 'speech'],
    put: said((d, text) => void (d.body['instructions'] = `You know ${text}`)),
  },
  {
    name: 'function call',
    surfaces: RESPONSES,
    put: said((d, text) => {
      item(d, { type: 'function_call', call_id: 'c1', name: 'ask', arguments: JSON.stringify({ to: text }) })
    }),
  },
  {
    name: 'function call output',
    surfaces: RESPONSES,
    put: said((d, text) => {
      item(d, { type: 'function_call_output', call_id: 'c1', output: `found: ${text}` })
    }),
  },
  {
    name: 'function call output in JSON',
    surfaces: RESPONSES,
    put: said((d, text) => {
      item(d, { type: 'function_call_output', call_id: 'c1', output: JSON.stringify([{ value: text }]) })
    }),
  },
  {
    name: 'custom tool input',
    surfaces: RESPONSES,
    put: said((d, input) => item(d, { type: 'custom_tool_call', call_id: 'c1', name: 'sh', input })),
  },
  {
    name: 'reasoning',
    surfaces: RESPONSES,
    put: said((d, text) => {
      item(d, { type: 'reasoning', id: 'rs_1', summary: [{ type: 'summary_text', text }] })
    }),
  },
  {
    name: 'encrypted reasoning',
    surfaces: RESPONSES,
    isId: true,
    put: said((d, text) => item(d, { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: text })),
  },
  {
    name: 'tool description of responses',
    surfaces: RESPONSES,
    put: said((d, description) => {
      listOf(d, 'tools').push({ type: 'function', name: 'ask', parameters: {}, description })
    }),
  },
  {
    name: 'answer format of responses',
    surfaces: RESPONSES,
    put: said((d, description) => {
      const schema = { type: 'object', properties: { a: { type: 'string', description } } }
      d.body['text'] = { format: { type: 'json_schema', name: 'a', schema } }
    }),
  },
  {
    name: 'query to rank by',
    surfaces: ['rerank'],
    put: said((d, text) => void (d.body['query'] = `about ${text}`)),
  },
  {
    name: 'document to rank',
    surfaces: ['rerank'],
    isCrowded: true,
    put: said((d, text) => void listOf(d, 'documents').push(text)),
  },
  {
    name: 'document of fields',
    surfaces: ['rerank'],
    isCrowded: true,
    put: said((d, text) => void listOf(d, 'documents').push({ text, title: 'a' })),
  },
  {
    name: 'spoken or judged',
    surfaces: ['speech', 'moderations'],
    put: said((d, text) => void (d.body['input'] = `say ${text}`)),
  },
  {
    name: 'parts to judge',
    surfaces: ['moderations'],
    splits: true,
    put: (d, p) => void (d.body['input'] = texts(p)),
  },
  {
    name: 'picture',
    surfaces: ['images'],
    put: said((d, text) => void (d.body['prompt'] = `a sign with ${text}`)),
  },
  {
    name: 'prompt',
    surfaces: ['completions'],
    isCrowded: true,
    put: said((d, text) => void listOf(d, 'prompt').push(text)),
  },
  {
    name: 'prompts',
    isCrowded: true,
    surfaces: ['completions'],
    splits: true,
    put: (d, pieces) => void listOf(d, 'prompt').push(...pieces),
  },
  {
    name: 'suffix',
    surfaces: ['completions'],
    put: said((d, text) => void (d.body['suffix'] = `and ${text}`)),
  },
  {
    name: 'input',
    surfaces: ['embeddings'],
    isCrowded: true,
    put: said((d, text) => void listOf(d, 'input').push(text)),
  },
  {
    name: 'inputs',
    isCrowded: true,
    surfaces: ['embeddings'],
    splits: true,
    put: (d, pieces) => void listOf(d, 'input').push(...pieces),
  },
  { name: 'user', surfaces: ALL, put: said((d, text) => void (d.body['user'] = text)) },
  { name: 'metadata', surfaces: ALL, put: said((d, text) => note(d, 'metadata', { memo: text })) },
  {
    name: 'metadata name',
    surfaces: ALL,
    isFixed: true,
    put: said((d, text) => note(d, 'metadata', { [text]: 'x' })),
  },
  {
    name: 'unknown field',
    surfaces: ALL,
    put: said((d, text) => note(d, 'x_notes', { deep: [{ down: [text] }] })),
  },
  {
    name: 'unknown name',
    surfaces: ALL,
    isFixed: true,
    put: said((d, text) => note(d, 'x_notes', { [text]: true })),
  },
  { name: 'stop', surfaces: ALL, put: said((d, text) => void listOf(d, 'stop').push(text)) },
  {
    name: 'logit name',
    surfaces: ALL,
    isFixed: true,
    put: said((d, text) => void (d.body['logit_bias'] = { [text]: -1 })),
  },
  {
    name: 'number',
    surfaces: ALL,
    isNumber: true,
    isFixed: true,
    put: said((d, text) => note(d, 'x_notes', { card: Number(text) })),
  },
  {
    name: 'model',
    surfaces: ALL,
    isName: true,
    isId: true,
    isFixed: true,
    put: said((d, text) => void (d.model = `org-${text}`)),
  },
  {
    name: 'correlation id',
    surfaces: ALL,
    isName: true,
    isId: true,
    isFixed: true,
    put: said((d, text) => void (d.headers['x-correlation-id'] = text)),
  },
  {
    name: 'header',
    surfaces: ALL,
    isName: true,
    isDropped: true,
    put: said((d, text) => Object.assign(d.headers, { 'x-note': text, cookie: `a=${text}`, baggage: text })),
  },
  {
    name: 'query',
    surfaces: ALL,
    isName: true,
    isDropped: true,
    put: said((d, text) => void (d.query = `?note=${text}`)),
  },
  ...PROTOCOL_PLACES,
]
