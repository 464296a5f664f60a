/** Runs one cell of the matrix through a gateway, and says what became of it. */
import { expect } from 'vitest'
import { KIND_SURFACES } from '../../src/table/kind-surfaces.ts'
import type { Surface, Wire } from '../../src/table/route-table.ts'
import { ALL_SURFACES, SURFACE_TRAITS } from '../../src/table/surfaces.ts'
import type { Answer, CallOptions, Client } from '../conformance/harness/client.ts'
import type { RecordingUpstream } from '../upstream/recording-upstream.ts'
import { bytesOf, FAILURE, isConversation, replyOf, saidIn } from './answers.ts'
import type { Cell, Verdict } from './cells.ts'
import { heardOf, readSaid } from './read-said.ts'
import { requestOf } from './request-of.ts'

export interface Place {
  client: Client
  /** Who records what backends are asked; of OpenCode, its provider. */
  upstream: RecordingUpstream
  /** What the client asks for. */
  model: string
  /** What the upstream is asked for. */
  id: string
}

/** Longer than any of it takes, on whatever machine. */
const PATIENCE_MS = 20_000

/** @returns what was seen to become of it; all that is not as it must be is an assertion that fails */
export async function runCell(cell: Cell, place: Place): Promise<Verdict> {
  if (cell.case === 'abort' && cell.verdict !== 'refused') return await leave(cell, place)
  const { options, json } = callOf(cell, place)
  const answer = await place.client.call(options)
  const asked = place.upstream.requestsFor(place.id)
  if (cell.verdict === 'refused') {
    expect(asked, 'the backend is not asked').toHaveLength(0)
    return refusalIn(answer, cell)
  }
  if (answer.status === 200) expect(answer.headers['x-aicc-lost']).toBe(lostIn(cell))
  if (answer.headers['x-aicc-estimated'] === 'true') {
    expect(asked).toHaveLength(0)
    expect(answer.json()).toEqual({ input_tokens: expect.any(Number) })
    return 'estimate'
  }
  if (cell.kind === 'demo') return hearToy(answer, cell)
  expect(asked, answer.text).toHaveLength(1)
  const body = asked[0]?.body.toString() ?? ''
  for (const mark of requestOf(cell.surface, cell.case, cell.streams).marks) expect(body).toContain(mark)
  const seen = seenAs(asked[0]?.path ?? '', cell)
  if (seen === 'native' && json !== null) expect(body.endsWith(json), body).toBe(true)
  await hear(answer, cell, seen)
  return seen
}

/** OpenCode bounds answers by its own settings; nothing else of these requests is lost anywhere. */
function lostIn({ surface, kind, verdict }: Cell): string | undefined {
  return kind === 'opencode' && verdict !== 'estimate' ? SURFACE_TRAITS[surface].outputLimit[0] : undefined
}

/** The request, and what of its bytes a backend that speaks the same must get. */
function callOf(
  { surface, case: name, streams }: Cell,
  { model }: Place,
): {
  options: CallOptions
  json: string | null
} {
  const { path, body } = SURFACE_TRAITS[surface]
  const { fields } = requestOf(surface, name, streams)
  if (body === 'form') return { options: { path, ...formOf({ ...fields, model }) }, json: null }
  // In no order and with no spaces that a program would choose: what is native goes through as it is.
  const json = ` ${JSON.stringify(fields).slice(1, -1)}\n}`
  return { options: { path, body: `{"model" : ${JSON.stringify(model)},${json}` }, json }
}

function formOf(fields: Record<string, unknown>): Pick<CallOptions, 'headers' | 'body'> {
  const parts = Object.entries(fields).map(
    ([name, value]) => `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${String(value)}\r\n`,
  )
  const file =
    '--b\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\nContent-Type: audio/wav\r\n\r\nRIFF\r\n'
  return {
    headers: { 'content-type': 'multipart/form-data; boundary=b' },
    body: `${parts.join('')}${file}--b--\r\n`,
  }
}

/** By the path on which the backend was asked. */
function seenAs(path: string, { surface, kind }: Cell): Verdict {
  const wires: readonly Wire[] = ALL_SURFACES
  const wire = wires.find(
    (one) => one !== 'ollama-chat' && path.endsWith(`/v1${SURFACE_TRAITS[one].backendPath}`),
  )
  const spoken = wire ?? (path.endsWith('/api/chat') ? 'ollama-chat' : null)
  if (spoken === null) throw new Error(`the backend was asked on ${path}`)
  if (spoken !== surface) return `via ${spoken}`
  return kind === 'opencode' ? 'by session' : 'native'
}

async function hear(answer: Answer, cell: Cell, seen: Verdict): Promise<void> {
  const { surface, streams, case: name } = cell
  if (name === 'error') return expectError(answer, cell)
  expect(answer.status, answer.text).toBe(200)
  if (seen === 'native') expect(answer.bytes).toEqual(bytesOf(replyOf(surface, name, streams)))
  if (isConversation(surface)) {
    expect(await readSaid[surface](answer.bytes, streams)).toEqual(heardOf(saidIn(name)))
  }
}

/** Whole, the backend's refusal in the client's words; streamed, the protocol's own frame behind what was said. */
function expectError(answer: Answer, { surface, streams }: Cell): void {
  if (streams) {
    expect(answer.status).toBe(200)
    expect(answer.text).toMatch(/begun[^]*"error"[^]*\n\n$/)
    expect(answer.text).toMatch(LAST_FRAMES[surface] ?? /^data: \{"error":.*$/m)
    return
  }
  expect(answer.status, answer.text).toBe(400)
  const { type, error } = answer.json() as { type?: string; error: { message: string } }
  expect(error.message).toContain(FAILURE)
  expect(type).toBe(SURFACE_TRAITS[surface].family === 'anthropic' ? 'error' : undefined)
}

const LAST_FRAMES: Partial<Record<Surface, RegExp>> = {
  messages: /^event: error\ndata: \{"type":"error","error":\{/m,
  responses: /^event: error\ndata: \{"type":"error",/m,
}

function refusalIn(answer: Answer, { surface, kind }: Cell): Verdict {
  const { status } = answer
  const { type, error } = answer.json() as {
    type?: string
    error: { type: string; code?: string; param?: string; message: string }
  }
  const isAnthropic = SURFACE_TRAITS[surface].family === 'anthropic'
  expect({ status, type: error.type, shape: type }).toEqual({
    status: 400,
    type: 'invalid_request_error',
    shape: isAnthropic ? 'error' : undefined,
  })
  // An OpenCode server is spoken to, but not of tools.
  const isSpokenTo = kind === 'opencode' && SURFACE_TRAITS[surface].turns !== null
  if (isSpokenTo) expect(error.message).toContain('`tools`')
  else if (isAnthropic) expect(error.message).toContain(surface)
  else expect(error.code).toBe('surface_not_served')
  return 'refused'
}

/** The toy says itself that it is one. */
function hearToy(answer: Answer, { surface, case: name }: Cell): Verdict {
  expect(answer.status, answer.text).toBe(200)
  if (surface === 'embeddings') expect(answer.text).toContain('"embedding"')
  else expect(answer.text.includes('get_weather')).toBe(name === 'tools')
  return KIND_SURFACES.demo.includes(surface) ? 'native' : 'via chat'
}

/** Goes away in the middle of an answer: the backend must not go on with it. */
async function leave(cell: Cell, place: Place): Promise<Verdict> {
  const { upstream, client, id } = place
  const { options } = callOf(cell, place)
  if (cell.streams) {
    const { body, vanish, status } = await client.open(options)
    expect(status).toBe(200)
    let got = ''
    for await (const part of body) {
      got += String(part)
      if (got.includes('begun')) break
    }
    expect(got).toContain('begun')
    vanish()
  } else {
    const { answer, vanish } = client.start(options)
    const gone = answer.catch(() => null)
    await upstream.waitFor(id, () => true, PATIENCE_MS)
    vanish()
    expect(await gone).toBeNull()
  }
  const left = await upstream.waitFor(id, ({ closedAt }) => closedAt !== null, PATIENCE_MS)
  expect(left.aborted).toBe(true)
  return seenAs(left.path, cell)
}
