/** What the mock upstream does with a request, as a script of steps. */
export type Step =
  /** Status and headers; without it the first `send` answers 200 with an event-stream type. */
  | { head: number; headers?: Record<string, string | string[]> }
  | { send: string | Uint8Array }
  /** Until so many ms after the request was read: a deadline, so that slow sends do not add up. */
  | { at: number }
  /** Zero bytes until this many were taken, at the reader's pace. */
  | { flood: number }
  /** Drops the connection (RST or FIN, whatever the system makes of it). */
  | { cut: true }
  /** Nothing more, until the other side gives up. */
  | { stall: true }
  /** The exact request back as JSON: `{ path, headers, body }`, body in base64. */
  | { echo: true }

/** A reply ends after its last step, unless that is `cut` or `stall`. */
export type Reply = readonly Step[]

/** A JSON answer. */
export function json(status: number, body: unknown, headers: Record<string, string> = {}): Reply {
  return [
    { head: status, headers: { 'content-type': 'application/json', ...headers } },
    { send: JSON.stringify(body) },
  ]
}

/** One server-sent event. */
export function frame(data: unknown): string {
  return `data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`
}

export const DONE: string = frame('[DONE]')

interface ChunkFields {
  delta?: unknown
  finish?: string | null
  usage?: unknown
}

/** A chat completion chunk, as a frame. */
export function chunk({ delta = {}, finish = null, usage }: ChunkFields): string {
  return frame({
    id: 'chatcmpl-mock',
    object: 'chat.completion.chunk',
    created: 1_700_000_000,
    model: 'mock',
    choices: usage === undefined ? [{ index: 0, delta, finish_reason: finish }] : [],
    ...(usage === undefined ? {} : { usage }),
  })
}

/** The first chunk of most servers: a role and no content. */
export const ROLE: string = chunk({ delta: { role: 'assistant', content: '' } })

export function text(content: string): string {
  return chunk({ delta: { content } })
}

/** A whole stream: role, the words, finish and `[DONE]`. */
export function wholeStream(words: readonly string[]): string {
  return ROLE + words.map(text).join('') + chunk({ finish: 'stop' }) + DONE
}

/** A stream of `count` words, one every `everyMs`. */
export function paced(count: number, everyMs: number): Reply {
  const steps: Step[] = [{ send: ROLE }]
  for (let i = 0; i < count; i++) steps.push({ at: i * everyMs }, { send: text(`w${i} `) })
  return [...steps, { send: chunk({ finish: 'stop' }) + DONE }]
}

/** A chat completion that is not streamed. */
export function completion(content: string): Reply {
  return json(200, {
    id: 'chatcmpl-mock',
    object: 'chat.completion',
    created: 1_700_000_000,
    model: 'mock',
    choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 },
  })
}
