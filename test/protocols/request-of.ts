/** What the client of a surface asks in each case, and what of it must reach the backend. */
import type { Surface } from '../../src/table/route-table.ts'
import type { Case } from './cells.ts'

export interface Asked {
  /** Everything but the model. */
  fields: Record<string, unknown>
  /** Must be found in what the backend is sent. */
  marks: readonly string[]
}

/** A red dot. */
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGP4z8DwHwAFAAH/iZk9HQAAAABJRU5ErkJggg=='
const HELLO = 'Say hello.'
const CALL = 'Please use get_weather.'
const LAST_WORDS = 'these are the last words'
/** About 25,000 tokens. */
const LONG = `${'A long story that goes on. '.repeat(4000)}${LAST_WORDS}`

/** The toy says again what it was told, one token after the other. */
const MOST_TOKENS = 50

const TEXTS: Readonly<Record<Case, string>> = {
  plain: HELLO,
  tools: CALL,
  'parallel tools': CALL,
  image: 'What is this?',
  'long context': LONG,
  error: HELLO,
  abort: HELLO,
}

const MARKS: Partial<Record<Case, readonly string[]>> = {
  tools: ['get_weather', 'a city'],
  'parallel tools': ['get_weather', 'get_time', 'sunny', 'past noon'],
  image: [PNG],
  'long context': [LAST_WORDS],
}

const schemaOf = (field: string, description: string): object => ({
  type: 'object',
  properties: { [field]: { type: 'string', description } },
  required: [field],
})
const WEATHER = { name: 'get_weather', description: 'Weather', schema: schemaOf('city', 'a city') }
const TIME = { name: 'get_time', description: 'Time', schema: schemaOf('zone', 'a zone') }
const TOOLS = { tools: [WEATHER], 'parallel tools': [WEATHER, TIME] }

/** Both tools were called before, at once, and both have answered. */
const BEFORE = [
  { id: 'call_w', name: 'get_weather', input: { city: 'Rome' }, result: 'sunny' },
  { id: 'call_t', name: 'get_time', input: { zone: 'UTC' }, result: 'past noon' },
]

export function requestOf(surface: Surface, name: Case, streams: boolean): Asked {
  const marks = MARKS[name] ?? [TEXTS[name]]
  return { fields: { ...FIELDS[surface](name, TEXTS[name]), ...streamOf(surface, streams) }, marks }
}

function streamOf(surface: Surface, streams: boolean): Record<string, unknown> {
  if (!streams) return {}
  return { stream: true, ...(surface === 'chat' && { stream_options: { include_usage: true } }) }
}

type Fields = (name: Case, text: string) => Record<string, unknown>

const FIELDS: Readonly<Record<Surface, Fields>> = {
  chat: (name, text) => ({ max_tokens: MOST_TOKENS, ...chat(name, text) }),
  messages: (name, text) => ({ max_tokens: MOST_TOKENS, ...messages(name, text) }),
  'count-tokens': messages,
  responses: (name, text) => ({ max_output_tokens: MOST_TOKENS, ...responses(name, text) }),
  completions: (_, prompt) => ({ max_tokens: MOST_TOKENS, prompt }),
  embeddings: (_, input) => ({ input }),
  moderations: (_, input) => ({ input }),
  speech: (_, input) => ({ input, voice: 'alloy' }),
  images: (_, prompt) => ({ prompt }),
  rerank: (_, text) => ({ query: 'Which?', documents: ['this one', text] }),
  transcriptions: (_, prompt) => ({ prompt }),
  translations: (_, prompt) => ({ prompt }),
}

function toolsOf(name: Case): typeof TOOLS.tools {
  return name === 'tools' || name === 'parallel tools' ? TOOLS[name] : []
}

function chat(name: Case, text: string): Record<string, unknown> {
  const image = { type: 'image_url', image_url: { url: `data:image/png;base64,${PNG}` } }
  const content = name === 'image' ? [{ type: 'text', text }, image] : text
  const calls = BEFORE.map(({ id, name: tool, input }) => ({
    id,
    type: 'function',
    function: { name: tool, arguments: JSON.stringify(input) },
  }))
  const before = [
    { role: 'user', content: 'Weather and time?' },
    { role: 'assistant', content: null, tool_calls: calls },
    ...BEFORE.map(({ id, result }) => ({ role: 'tool', tool_call_id: id, content: result })),
  ]
  const tools = toolsOf(name).map(({ schema, ...tool }) => ({
    type: 'function',
    function: { ...tool, parameters: schema },
  }))
  return {
    messages: [...(name === 'parallel tools' ? before : []), { role: 'user', content }],
    ...(tools.length > 0 && { tools }),
  }
}

function messages(name: Case, text: string): Record<string, unknown> {
  const source = { type: 'base64', media_type: 'image/png', data: PNG }
  const said = { type: 'text', text }
  const content = name === 'image' ? [{ type: 'image', source }, said] : text
  const calls = BEFORE.map(({ id, name: tool, input }) => ({ type: 'tool_use', id, name: tool, input }))
  const results = BEFORE.map(({ id, result }) => ({
    type: 'tool_result',
    tool_use_id: id,
    content: result,
  }))
  const turns =
    name === 'parallel tools'
      ? [
          { role: 'user', content: 'Weather and time?' },
          { role: 'assistant', content: calls },
          { role: 'user', content: [...results, said] },
        ]
      : [{ role: 'user', content }]
  const tools = toolsOf(name).map(({ name: tool, description, schema }) => ({
    name: tool,
    description,
    input_schema: schema,
  }))
  return { messages: turns, ...(tools.length > 0 && { tools }) }
}

function responses(name: Case, text: string): Record<string, unknown> {
  const image = { type: 'input_image', image_url: `data:image/png;base64,${PNG}`, detail: 'auto' }
  const said = { type: 'input_text', text }
  const calls = BEFORE.map(({ id, name: tool, input }) => ({
    type: 'function_call',
    call_id: id,
    name: tool,
    arguments: JSON.stringify(input),
  }))
  const results = BEFORE.map(({ id, result }) => ({
    type: 'function_call_output',
    call_id: id,
    output: result,
  }))
  const turn = { role: 'user', content: name === 'image' ? [said, image] : text }
  const asked = { role: 'user', content: 'Weather and time?' }
  const tools = toolsOf(name).map(({ name: tool, description, schema }) => ({
    type: 'function',
    name: tool,
    description,
    parameters: schema,
    strict: false,
  }))
  return {
    input: name === 'parallel tools' ? [asked, ...calls, ...results, turn] : [turn],
    ...(tools.length > 0 && { tools }),
  }
}
