/**
 * The built-in toy model: it answers in this process so that a first request works where no model
 * server runs. Deterministic, and it says in every answer that it is a toy.
 */
import type { BackendRequest } from '../ports.ts'
import { isRecord } from '../protocols/json-object.ts'
import type { BackendBehaviour } from './kind.ts'
import { chooseToolCall, type ToolCall } from './demo-tools.ts'

/** Time between two streamed tokens, in ms. */
const PACE_MS = 20
const EMBEDDING_DIMENSIONS = 16
/** Characters per token; the same rule counts prompt and answer. */
const CHARS_PER_TOKEN = 4

export const demo: BackendBehaviour = {
  addedMembers: '',
  emptiedFields: [],
  labelledMembers: {},
  responseHeaders: [],
  respond,
}

async function respond(request: BackendRequest): Promise<Response> {
  const body: unknown = JSON.parse(request.body ?? '{}')
  if (!isRecord(body)) return refuse('the body is not an object')
  const model = String(body['model'])
  if (request.path.endsWith('/embeddings')) return embeddings(body, model)
  const answer = compose(request.path, body, model)
  return body['stream'] === true ? stream(answer, request.signal) : Response.json(whole(answer))
}

interface Answer {
  id: string
  model: string
  /** Chat frames carry deltas, completion frames carry text. */
  chat: boolean
  tokens: string[]
  toolCall: ToolCall | null
  finishReason: 'stop' | 'length' | 'tool_calls'
  usage: { prompt_tokens: number; completion_tokens: number; total_tokens: number }
  includeUsage: boolean
}

function compose(path: string, body: Record<string, unknown>, model: string): Answer {
  const chat = path.endsWith('/chat/completions')
  const messages = Array.isArray(body['messages']) ? body['messages'].filter(isRecord) : []
  const prompt = chat ? messages.map((m) => textOf(m['content'])).join('\n') : textOf(body['prompt'])
  const last = messages.at(-1)
  const toolCall = chat && last?.['role'] !== 'tool' ? chooseToolCall(body, textOf(last?.['content'])) : null
  const said = last === undefined ? prompt : textOf(last['content'])
  const verb = last?.['role'] === 'tool' ? 'The tool answered' : 'You said'
  const text = `This is the demo toy model of aicc, not a language model. ${verb}: ${said}`
  const all = toolCall === null ? tokenize(text) : tokenize(toolCall.arguments)
  const limit = Number(body['max_completion_tokens'] ?? body['max_tokens'] ?? Number.POSITIVE_INFINITY)
  const cut = toolCall === null && all.length > limit
  const tokens = cut ? all.slice(0, Math.max(0, limit)) : all
  const promptTokens = Math.ceil(prompt.length / CHARS_PER_TOKEN)
  const options = body['stream_options']
  return {
    id: `demo-${hash(JSON.stringify(body)).toString(16).padStart(8, '0')}`,
    model,
    chat,
    tokens,
    toolCall,
    finishReason: toolCall === null ? (cut ? 'length' : 'stop') : 'tool_calls',
    usage: {
      prompt_tokens: promptTokens,
      completion_tokens: tokens.length,
      total_tokens: promptTokens + tokens.length,
    },
    includeUsage: isRecord(options) && options['include_usage'] === true,
  }
}

function whole(answer: Answer): Record<string, unknown> {
  const text = answer.tokens.join('')
  const toolCalls =
    answer.toolCall === null
      ? {}
      : {
          tool_calls: [
            {
              id: answer.toolCall.id,
              type: 'function',
              function: { name: answer.toolCall.name, arguments: text },
            },
          ],
        }
  const content = answer.toolCall === null ? text : null
  const choice = answer.chat
    ? { index: 0, message: { role: 'assistant', content, refusal: null, ...toolCalls } }
    : { index: 0, text }
  return {
    ...head(answer, answer.chat ? 'chat.completion' : 'text_completion'),
    choices: [{ ...choice, logprobs: null, finish_reason: answer.finishReason }],
    usage: answer.usage,
  }
}

/** `created` is 0: the same request gives the same bytes. */
function head(answer: Answer, object: string): Record<string, unknown> {
  return { id: answer.id, object, created: 0, model: answer.model, system_fingerprint: 'demo-toy-model' }
}

function stream(answer: Answer, signal: AbortSignal): Response {
  const frames = [...eventsOf(answer)].map((data) => `data: ${data}\n\n`)
  const encoder = new TextEncoder()
  let next = 0
  let started = 0
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const frame = frames[next]
      if (frame === undefined || signal.aborted) {
        controller.close()
        return
      }
      started ||= Date.now()
      const due = started + next * PACE_MS
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - Date.now())))
      next += 1
      controller.enqueue(encoder.encode(frame))
    },
  })
  return new Response(body, { headers: { 'content-type': 'text/event-stream; charset=utf-8' } })
}

function* eventsOf(answer: Answer): Generator<string> {
  const base = head(answer, answer.chat ? 'chat.completion.chunk' : 'text_completion')
  const usage = answer.includeUsage ? { usage: null } : {}
  const event = (choice: Record<string, unknown>): string =>
    JSON.stringify({ ...base, choices: [{ index: 0, ...choice, logprobs: null }], ...usage })
  const { toolCall } = answer
  if (toolCall !== null) {
    const call = {
      index: 0,
      id: toolCall.id,
      type: 'function',
      function: { name: toolCall.name, arguments: '' },
    }
    yield event({ delta: { role: 'assistant', content: null, tool_calls: [call] }, finish_reason: null })
  } else if (answer.chat) {
    yield event({ delta: { role: 'assistant', content: '' }, finish_reason: null })
  }
  for (const token of answer.tokens) {
    if (toolCall !== null) {
      const delta = { tool_calls: [{ index: 0, function: { arguments: token } }] }
      yield event({ delta, finish_reason: null })
    } else {
      yield event({ ...(answer.chat ? { delta: { content: token } } : { text: token }), finish_reason: null })
    }
  }
  yield event({ ...(answer.chat ? { delta: {} } : { text: '' }), finish_reason: answer.finishReason })
  if (answer.includeUsage) yield JSON.stringify({ ...base, choices: [], usage: answer.usage })
  yield '[DONE]'
}

/** Unit vectors from a hash of the text: equal texts are equal, others are not. */
function embeddings(body: Record<string, unknown>, model: string): Response {
  const { input } = body
  if (input === undefined || input === null) return refuse('`input` is missing')
  const inputs = Array.isArray(input) && !input.every((item) => typeof item === 'number') ? input : [input]
  const texts = inputs.map((item) => (typeof item === 'string' ? item : JSON.stringify(item)))
  const data = texts.map((text, index) => {
    const raw = Array.from({ length: EMBEDDING_DIMENSIONS }, (_, i) => hash(`${i}:${text}`) / 2 ** 31 - 1)
    const norm = Math.hypot(...raw)
    const vector = raw.map((x) => x / norm)
    const embedding = body['encoding_format'] === 'base64' ? base64(new Float32Array(vector)) : vector
    return { object: 'embedding', index, embedding }
  })
  const tokens = texts.reduce((sum, text) => sum + Math.ceil(text.length / CHARS_PER_TOKEN), 0)
  return Response.json({
    object: 'list',
    data,
    model,
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  })
}

function base64(vector: Float32Array): string {
  return btoa(String.fromCharCode(...new Uint8Array(vector.buffer)))
}

function refuse(message: string): Response {
  const error = {
    message: `demo toy model: ${message}`,
    type: 'invalid_request_error',
    param: null,
    code: null,
  }
  return Response.json({ error }, { status: 400 })
}

function textOf(content: unknown): string {
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return ''
  return content
    .map((part) => (isRecord(part) && typeof part['text'] === 'string' ? part['text'] : String(part)))
    .join(' ')
}

/** Words with the space before them, so that joining gives the text back. */
function tokenize(text: string): string[] {
  return text.match(/\s*\S+|\s+$/g) ?? []
}

/** FNV-1a, 32 bit: stable ids and vectors, nothing secret. */
function hash(text: string): number {
  let h = 0x811c9dc5
  for (let i = 0; i < text.length; i += 1) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193)
  return h >>> 0
}
