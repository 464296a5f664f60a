/** The object of a response: what the request asked for, what became of it, and what was put out. */
import { isRecord } from '../../json-object.ts'
import type { Asked } from '../translation.ts'
import { itemObject, type ItemStatus, type OutputItem } from './output-item.ts'

export interface ResponseEnd {
  status: 'completed' | 'incomplete'
  /** Why it is incomplete; null = it is not. */
  reason: 'max_output_tokens' | 'content_filter' | null
}

/** @param finish `finish_reason` of chat; servers have more of them than OpenAI */
export function responseEnd(finish: unknown): ResponseEnd {
  if (finish === 'length') return { status: 'incomplete', reason: 'max_output_tokens' }
  if (finish === 'content_filter') return { status: 'incomplete', reason: 'content_filter' }
  return { status: 'completed', reason: null }
}

export interface ResponseState {
  /** The wire's name of the model. */
  model: unknown
  serviceTier: unknown
  /** null = it has not ended. */
  end: ResponseEnd | null
  output: readonly OutputItem[]
  usage?: Record<string, unknown> | undefined
}

export function responseObject(asked: Asked, state: ResponseState): Record<string, unknown> {
  const { model, serviceTier, end, output, usage } = state
  return {
    id: `resp_${asked.id}`,
    object: 'response',
    created_at: asked.createdAt,
    status: end?.status ?? 'in_progress',
    error: null,
    incomplete_details: end === null || end.reason === null ? null : { reason: end.reason },
    model: typeof model === 'string' ? model : asked.model,
    output: output.map((item) =>
      itemObject(item, end === null ? 'in_progress' : endStatus(item, output, end)),
    ),
    ...settingsOf(asked.body),
    ...(typeof serviceTier === 'string' && { service_tier: serviceTier }),
    ...(usage !== undefined && { usage }),
  }
}

/** What was being said when an answer was cut off is the last of its items. */
export function endStatus(item: OutputItem, output: readonly OutputItem[], end: ResponseEnd): ItemStatus {
  return item === output.at(-1) ? end.status : 'completed'
}

/**
 * The request's settings, as the protocol shows them again, and what is true of every translated answer: nothing is kept,
 * nothing cut off. What the client left to the backend is null: only the backend knows.
 */
function settingsOf(body: Asked['body']): Record<string, unknown> {
  const text = isRecord(body['text']) ? body['text'] : {}
  const reasoning = isRecord(body['reasoning']) ? body['reasoning'] : {}
  const given = GIVEN.filter((name) => body[name] !== undefined && body[name] !== null)
  return {
    background: false,
    instructions: body['instructions'] ?? null,
    max_output_tokens: body['max_output_tokens'] ?? null,
    max_tool_calls: body['max_tool_calls'] ?? null,
    metadata: body['metadata'] ?? {},
    parallel_tool_calls: body['parallel_tool_calls'] ?? true,
    previous_response_id: null,
    reasoning: { effort: reasoning['effort'] ?? null, summary: null },
    store: false,
    temperature: body['temperature'] ?? null,
    text: { ...text, format: text['format'] ?? { type: 'text' } },
    tool_choice: body['tool_choice'] ?? 'auto',
    tools: Array.isArray(body['tools']) ? body['tools'].map(wholeTool) : [],
    top_logprobs: body['top_logprobs'] ?? null,
    top_p: body['top_p'] ?? null,
    truncation: 'disabled',
    ...Object.fromEntries(given.map((name) => [name, body[name]])),
  }
}

const GIVEN: readonly string[] = ['user', 'safety_identifier', 'prompt_cache_key', 'prompt_cache_retention']

/** A request may leave out what an answer must show. */
function wholeTool(tool: unknown): unknown {
  return isRecord(tool)
    ? { ...tool, parameters: tool['parameters'] ?? null, strict: tool['strict'] ?? null }
    : tool
}
