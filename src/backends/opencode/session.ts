/**
 * One request's session on an OpenCode server, from its making to its deletion. The events are read from before the
 * prompt is sent, or the first words could be missed; one reader per request, as a stream of workerd belongs to the
 * request that opened it.
 */
import type { BackendRequest } from '../../ports.ts'
import { isRecord } from '../../protocols/json-object.ts'
import { createEventAligner, eventData } from '../../protocols/sse.ts'
import type { BackendHost } from '../kind.ts'
import type { PromptPart } from './to-prompt.ts'
import { createTurn, type TurnStep } from './turn.ts'

/** A request that comes while the server starts is never answered: none of ours waits longer. */
const STEP_MS = 20_000
/** How long is waited for a session to be idle before it is deleted: what is deleted while busy goes on. */
const IDLE_TRIES = 20
const IDLE_PAUSE_MS = 100

export interface SessionPrompt {
  /** Name of an agent on the server; null = its own choice. */
  agent: string | null
  model: { providerID: string; modelID: string }
  system: string
  parts: readonly PromptPart[]
}

export interface Session {
  id: string
  /** Ends behind the step `done` or `failed`. @throws what broke the stream of events */
  steps: () => AsyncGenerator<TurnStep>
  /** Ends it and takes it away, in the background; once. */
  close: () => void
}

/** It answered what it should not have. */
export class OpenCodeRefused extends Error {
  override name = 'OpenCodeRefused'
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/**
 * @param request of the gateway: address, headers, signal
 * @throws OpenCodeRefused, and what BackendHost.fetch throws
 */
export async function openSession(
  host: BackendHost,
  request: BackendRequest,
  { agent, model, system, parts }: SessionPrompt,
): Promise<Session> {
  const call = createCall(host, request)
  const lasting = createCall(host, { ...request, signal: null })
  const events = await openEvents(host, request)
  // Made to the end whatever becomes of the request: a session whose id nobody has heard would stay there.
  const making = lasting('POST', '/session', {
    title: 'aicc',
    permission: DENY_ALL,
    ...(agent === null ? {} : { agent }),
  }).then(idOf)
  const close = once(() => {
    events.stop()
    host.defer(making.then((id) => takeAway(lasting, id)).catch(() => {}))
  })
  // Whoever is gone reads no more, and would never find the session's events ended.
  request.signal.addEventListener('abort', close, { once: true })
  try {
    const id = await unlessAborted(making, request.signal)
    await call('POST', `/session/${encodeURIComponent(id)}/prompt_async`, {
      ...(agent === null ? {} : { agent }),
      model,
      ...(system === '' ? {} : { system }),
      tools: { '*': false },
      parts,
    })
    const answer = (step: TurnStep): void => {
      if (step.kind === 'permission')
        host.defer(deny(call, `/permission/${encodeURIComponent(step.id)}/reply`))
      if (step.kind === 'question') host.defer(deny(call, `/question/${encodeURIComponent(step.id)}/reject`))
    }
    return { id, close, steps: () => stepsOf(events.read, id, answer) }
  } catch (error) {
    close()
    throw error
  }
}

function idOf(made: unknown): string {
  if (isRecord(made) && typeof made['id'] === 'string') return made['id']
  throw new OpenCodeRefused(502, 'the server made no session')
}

/** @throws the signal's reason as soon as it is aborted */
async function unlessAborted<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const leave = (): void => reject(signal.reason)
  signal.addEventListener('abort', leave, { once: true })
  try {
    if (signal.aborted) leave()
    return await Promise.race([work, aborted])
  } finally {
    signal.removeEventListener('abort', leave)
  }
}

/** Nothing of what an agent may do is for a gateway's caller to have done. */
const DENY_ALL = [{ permission: '*', pattern: '*', action: 'deny' }]

async function* stepsOf(
  read: () => Promise<unknown[] | null>,
  id: string,
  answer: (step: TurnStep) => void,
): AsyncGenerator<TurnStep> {
  const turn = createTurn(id)
  for (;;) {
    const events = await read()
    if (events === null) throw new Error('the server closed its stream of events')
    for (const event of events) {
      for (const step of turn.take(event)) {
        answer(step)
        yield step
        if (step.kind === 'done' || step.kind === 'failed') return
      }
    }
  }
}

type Call = (method: 'GET' | 'POST' | 'DELETE', path: string, body?: object) => Promise<unknown>

/** @param request whose signal is null for what must run whatever becomes of the request */
function createCall(
  host: BackendHost,
  request: Omit<BackendRequest, 'signal'> & { signal: AbortSignal | null },
): Call {
  return async (method, path, body) => {
    const late = AbortSignal.timeout(STEP_MS)
    const signal = request.signal === null ? late : AbortSignal.any([request.signal, late])
    const asked: BackendRequest = {
      ...request,
      method,
      path: rootOf(request) + path,
      body: body === undefined ? null : JSON.stringify(body),
      signal,
    }
    const response = await host.fetch(asked).catch((error: unknown) => {
      if (late.aborted && request.signal?.aborted !== true) {
        throw new OpenCodeRefused(
          504,
          `no answer on ${method} ${path.split('/')[1] ?? ''} within ${STEP_MS} ms`,
        )
      }
      throw error
    })
    const text = await response.text()
    if (!response.ok) throw new OpenCodeRefused(response.status, messageOf(text))
    return text === '' ? null : JSON.parse(text)
  }
}

interface Events {
  /** The next of them, parsed; null = it has ended. */
  read: () => Promise<unknown[] | null>
  stop: () => void
}

/** Resolves when the server has said that it will tell from here on. */
async function openEvents(host: BackendHost, request: BackendRequest): Promise<Events> {
  const over = new AbortController()
  const late = setTimeout(() => over.abort(new OpenCodeRefused(504, 'no events from the server')), STEP_MS)
  try {
    const response = await host
      .fetch({
        ...request,
        method: 'GET',
        path: `${rootOf(request)}/event`,
        headers: { ...request.headers, accept: 'text/event-stream' },
        body: null,
        signal: AbortSignal.any([request.signal, over.signal]),
      })
      .catch((error: unknown) => {
        throw over.signal.aborted ? over.signal.reason : error
      })
    if (!response.ok || response.body === null) {
      throw new OpenCodeRefused(response.status, messageOf(await response.text()))
    }
    const reader = response.body.getReader()
    const aligner = createEventAligner()
    const decoder = new TextDecoder()
    const read = async (): Promise<unknown[] | null> => {
      for (;;) {
        const { done, value } = await reader.read()
        if (done) return null
        const piece = aligner.push(value)
        if (piece !== null) return eventData(decoder.decode(piece, { stream: true })).map(parse)
      }
    }
    if ((await read()) === null) throw new OpenCodeRefused(502, 'the server tells no events')
    return { read, stop: () => over.abort(new Error('the session is over')) }
  } finally {
    clearTimeout(late)
  }
}

/** What is aborted while busy is idle soon; what is deleted while busy goes on at the provider's. */
async function takeAway(call: Call, id: string): Promise<void> {
  const path = `/session/${encodeURIComponent(id)}`
  await call('POST', `${path}/abort`)
  for (let tries = 0; tries < IDLE_TRIES; tries += 1) {
    const busy = await call('GET', '/session/status')
    if (!isRecord(busy) || busy[id] === undefined) break
    await new Promise((resolve) => setTimeout(resolve, IDLE_PAUSE_MS))
  }
  await call('DELETE', path)
}

function deny(call: Call, path: string): Promise<unknown> {
  return call('POST', path, path.endsWith('/reply') ? { reply: 'reject' } : {}).catch(() => null)
}

/** The chat path stands at the end of what the gateway would have asked, behind `/v1`, of which OpenCode knows nothing. */
function rootOf({ path }: Pick<BackendRequest, 'path'>): string {
  return path.slice(0, path.lastIndexOf('/chat/completions')).replace(/\/v1$/, '')
}

function messageOf(text: string): string {
  const parsed = parse(text)
  const data = isRecord(parsed) && isRecord(parsed['data']) ? parsed['data'] : parsed
  const message = isRecord(data) ? data['message'] : null
  return typeof message === 'string' ? message : 'no reason was given'
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function once(act: () => void): () => void {
  let isDone = false
  return () => {
    if (isDone) return
    isDone = true
    act()
  }
}
