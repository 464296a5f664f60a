/** Where text can stand in requests of the protocols beside OpenAI's older ones. */
import { MESSAGES, RESPONSES, listOf, item, block, texts, said, type Place } from './draft.ts'

/** In front of what is planted as plain text. */
const ORDER = 'say '

export const PROTOCOL_PLACES: readonly Place[] = [
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
    put: said((d, text) => {
      const before = d.body['input']
      const order = `${ORDER}${text}`
      d.body['input'] = Array.isArray(before) ? [...(before as unknown[]), ...texts([order])] : order
    }),
  },
  {
    name: 'parts to judge',
    surfaces: ['moderations'],
    splits: true,
    put: (d, p) => {
      // Beside what was planted there as plain text; what is harmless may go.
      const before = d.body['input']
      const order = typeof before === 'string' && before.startsWith(ORDER) ? [before] : []
      d.body['input'] = texts([...order, ...p])
    },
  },
  {
    name: 'picture',
    surfaces: ['images'],
    put: said((d, text) => void (d.body['prompt'] = `a sign with ${text}`)),
  },
]
