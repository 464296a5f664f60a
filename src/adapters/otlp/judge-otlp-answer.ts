/** What the answer to an export of OTLP says of the traces that were sent. */
import type { Judgement, Parcel } from '../tracing/deliver.ts'
import type { Answer } from '../tracing/http-client.ts'

/** What is wrong with what was sent. */
const UNFIT = new Set([400, 413, 422])
/** By the specification, to be sent again. */
const UNTAKEN = new Set([429, 503])
/** Likewise; but who gave up stands in between, and what is behind it may have worked on. */
const IN_DOUBT = new Set([502, 504])

export function judgeOtlpAnswer(answer: Answer, parcels: readonly Parcel[]): Judgement {
  if (answer.kind === 'lost') return { kind: 'in-doubt', why: answer.why }
  if (answer.kind === 'unsent') return { kind: 'untaken', why: answer.why, retryAfterMs: null }
  const { status, retryAfterMs } = answer
  const why = `it answers ${status}`
  if (status >= 200 && status < 300) return judgeTaken(answer.text, parcels)
  if (UNFIT.has(status)) return { kind: 'unfit', why }
  if (IN_DOUBT.has(status)) return { kind: 'in-doubt', why }
  // That it will never take it is what another 5xx says by the specification. Who is ill says it of everything.
  if (status >= 500 && !UNTAKEN.has(status)) return { kind: 'unfit', why, isFinal: false }
  const keys = status === 401 || status === 403 ? `it refuses the headers (${status})` : why
  return { kind: 'untaken', why: keys, retryAfterMs }
}

/** It may have refused some spans, and does not say which: such a batch must not be sent again. */
function judgeTaken(text: string | null, parcels: readonly Parcel[]): Judgement {
  const spansRefused = rejectedSpans(text)
  const taken: Extract<Judgement, { kind: 'taken' }> = { kind: 'taken', done: [], refused: [], dead: [] }
  const seqs = parcels.map(({ seq }) => seq)
  if (spansRefused === 0) return { ...taken, done: seqs }
  if (seqs.length > 1) return { ...taken, done: seqs, spansRefused }
  const why = `it refused ${spansRefused} of its spans`
  return { ...taken, dead: seqs.map((seq) => ({ seq, why })) }
}

/** A whole number of 64 bits is a text in its JSON; some write a number. */
function rejectedSpans(text: string | null): number {
  try {
    const { partialSuccess } = JSON.parse(text ?? '') as {
      partialSuccess?: { rejectedSpans?: unknown } | null
    }
    const count = Number(partialSuccess?.rejectedSpans ?? 0)
    return Number.isFinite(count) ? count : 0
  } catch {
    return 0
  }
}
