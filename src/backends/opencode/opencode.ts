/**
 * An OpenCode server (`opencode serve`, 1.x). It is an agent, not a completion API: each request drives a session of its
 * own in which everything but talking is denied, and what it says is told as a chat completion.
 */
import { BackendUnreachable, type BackendRequest } from '../../ports.ts'
import { isRecord } from '../../protocols/json-object.ts'
import type { BackendBehaviour, BackendHost } from '../kind.ts'
import { OpenCodeRefused, openSession, type Session } from './session.ts'
import { type AnswerHead, deltaFrame, endFrames, errorFrame, wholeAnswer, type Words } from './to-chat.ts'
import { toPrompt } from './to-prompt.ts'
import type { TurnStep } from './turn.ts'

export const opencode: BackendBehaviour = {
  addedMembers: '',
  emptiedFields: [],
  labelledMembers: {},
  responseHeaders: [],
  respond,
}

async function respond(request: BackendRequest, host: BackendHost): Promise<Response> {
  const body: unknown = JSON.parse(request.body ?? '{}')
  if (!isRecord(body)) return refuse(400, 'The body is not an object.')
  const asked = String(body['model'])
  const slash = asked.indexOf('/')
  if (slash < 1) return refuse(400, `The model id \`${asked}\` is not of the form provider/model.`)
  const prompt = toPrompt(body)
  if (prompt.kind === 'refused') return refuse(400, prompt.message, prompt.param)
  let session: Session
  try {
    session = await openSession(host, request, {
      agent: host.backend.agent ?? null,
      model: { providerID: asked.slice(0, slash), modelID: asked.slice(slash + 1) },
      system: prompt.system,
      parts: prompt.parts,
    })
  } catch (error) {
    if (!(error instanceof OpenCodeRefused)) throw error
    if (error.status === 504) throw new BackendUnreachable(error.message)
    // A session is made of what the gateway says, so no refusal of it is the client's fault.
    return refuse(error.status === 401 ? 401 : 502, error.message)
  }
  const head = { id: `chatcmpl-${session.id}`, created: Math.floor(Date.now() / 1000), model: asked }
  return body['stream'] === true ? stream(session, head, wantsUsage(body)) : await whole(session, head)
}

async function whole(session: Session, head: AnswerHead): Promise<Response> {
  const words: Words = { text: '', reasoning: '' }
  try {
    for await (const step of session.steps()) {
      if (step.kind === 'text' || step.kind === 'reasoning') words[step.kind] += step.text
      if (step.kind === 'failed') return failed(step)
      if (step.kind === 'done') return Response.json(wholeAnswer(head, words, step))
    }
    return refuse(502, 'The turn had no end.')
  } finally {
    session.close()
  }
}

/** Frames as they come. A failure behind the first words breaks the stream: the gateway then says so to its client. */
function stream(session: Session, head: AnswerHead, withUsage: boolean): Response {
  const steps = session.steps()
  const encoder = new TextEncoder()
  let hasSpoken = false
  const framesOf = (step: TurnStep): string => {
    if (step.kind === 'text' || step.kind === 'reasoning') return deltaFrame(head, step)
    if (step.kind === 'done') return endFrames(head, step, withUsage)
    if (step.kind !== 'failed') return ''
    if (hasSpoken) throw new Error(step.message)
    return errorFrame(errorOf(step))
  }
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        for (;;) {
          const { done, value } = await steps.next()
          if (done === true) {
            session.close()
            controller.close()
            return
          }
          const frames = framesOf(value)
          if (frames === '') continue
          hasSpoken = true
          controller.enqueue(encoder.encode(frames))
          return
        }
      } catch (error) {
        session.close()
        controller.error(error)
      }
    },
    cancel: () => session.close(),
  })
  return new Response(body, { headers: { 'content-type': 'text/event-stream; charset=utf-8' } })
}

type Failed = Extract<TurnStep, { kind: 'failed' }>

function failed(step: Failed): Response {
  const wait =
    step.retryAfterMs === null ? {} : { 'retry-after': String(Math.ceil(step.retryAfterMs / 1000)) }
  return Response.json({ error: errorOf(step) }, { status: step.status, headers: wait })
}

function errorOf({ status, message }: Failed): object {
  return {
    message,
    type: status === 429 ? 'rate_limit_error' : 'upstream_error',
    param: null,
    code: String(status),
  }
}

function refuse(status: number, message: string, param: string | null = null): Response {
  const type = status === 400 ? 'invalid_request_error' : 'upstream_error'
  return Response.json({ error: { message, type, param, code: null } }, { status })
}

function wantsUsage({ stream_options: options }: Record<string, unknown>): boolean {
  return isRecord(options) && options['include_usage'] === true
}
