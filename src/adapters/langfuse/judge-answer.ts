/** What Langfuse's answer says of the traces that were sent. */
import type { ApiIngestionResponse } from 'langfuse'
import type { Judgement, Parcel } from '../tracing/deliver.ts'
import type { Answer } from '../tracing/http-client.ts'

const MULTI_STATUS = 207

export function judgeAnswer(answer: Answer, parcels: readonly Parcel[]): Judgement {
  if (answer.kind === 'lost') return { kind: 'in-doubt', why: answer.why }
  if (answer.kind === 'unsent') return { kind: 'untaken', why: answer.why, retryAfterMs: null }
  const { status, retryAfterMs } = answer
  const why = `it answers ${status}`
  if (status === MULTI_STATUS && parcels.some(({ events }) => events.length > 0)) {
    return judgeEach(answer.text, parcels)
  }
  if (status >= 200 && status < 300) {
    return { kind: 'taken', done: parcels.map(({ seq }) => seq), refused: [], dead: [] }
  }
  if (status === 400 || status === 413 || status === 422) return { kind: 'unfit', why }
  // It may be ill, or a trace makes it so.
  if (status === 500) return { kind: 'unfit', why, isFinal: false }
  // A gateway in between that gave up: what stands behind it may have worked on.
  if (status === 502 || status === 504) return { kind: 'in-doubt', why }
  const keys = status === 401 || status === 403 ? `it refuses the keys (${status})` : why
  return { kind: 'untaken', why: keys, retryAfterMs }
}

/** Event by event. What it does not name was not taken. */
function judgeEach(text: string | null, parcels: readonly Parcel[]): Judgement {
  const said = parse(text)
  if (said === null) return { kind: 'in-doubt', why: 'its answer cannot be read' }
  const taken = new Set(said.successes.map(({ id }) => id))
  const errors = new Map(said.errors.map(({ id, status }) => [id, status]))
  const result: Extract<Judgement, { kind: 'taken' }> = { kind: 'taken', done: [], refused: [], dead: [] }
  for (const { seq, events } of parcels) {
    const bad = events.filter((id) => !taken.has(id)).map((id) => errors.get(id) ?? 0)
    const hopeless = bad.find(
      (status) => status === 400 || status === 404 || status === 413 || status === 422,
    )
    if (hopeless !== undefined) result.dead.push({ seq, why: `an event was refused with ${hopeless}` })
    else if (bad.length > 0) result.refused.push(seq)
    else result.done.push(seq)
  }
  return result
}

function parse(text: string | null): ApiIngestionResponse | null {
  try {
    const said = JSON.parse(text ?? '') as Partial<ApiIngestionResponse> | null
    if (!Array.isArray(said?.successes) || !Array.isArray(said.errors)) return null
    return { successes: said.successes, errors: said.errors }
  } catch {
    return null
  }
}
