/** The text of one request and its answer, on its way into the trace; there is one only where a trace may hold text. */
import type { ModelRequest } from '../../protocols/model-request.ts'
import type { Ports } from '../../ports.ts'
import { saidInRequest } from '../../protocols/said-parts.ts'
import type { RequestRecord } from '../../table/request-record.ts'
import type { Surface } from '../../table/route-table.ts'
import { sinkPlace } from '../../table/sink-place.ts'
import { SURFACE_TRAITS } from '../../table/surfaces.ts'
import type { TraceText } from '../../table/trace-text.ts'
import { AnswerText } from './answer-text.ts'
import type { TextsInHand } from './texts-in-hand.ts'
import { traceContent, type TracedRequest } from './trace-content.ts'
import { MOST_ANSWER, traceText } from './trace-text.ts'
import { inTurns, type Turns } from './turns.ts'

export interface TracedText {
  answer: AnswerText
  /** Lets go of what was held; to be called once, when nobody waits for it. In pieces: of much text each takes a while. */
  end: () => Turns<TraceText>
}

interface TextOptions extends TracedRequest {
  request: Pick<ModelRequest, 'body'>
  surface: Surface
  hand: TextsInHand
}

/** @returns null where no sink takes text, or a label keeps it back */
export function tracedText({ request, surface, hand, ...traced }: TextOptions): TracedText | null {
  const { table } = traced
  const takers = (table.trace ?? []).filter((sink) => sink.content !== 'metadata-only')
  if (takers.length === 0) return null
  const content = traceContent(traced)
  if (content !== 'redacted' && content !== 'full') return null
  const traits = SURFACE_TRAITS[surface]
  const writes = traits.outputLimit.length > 0
  const isTranscript = traits.answer === 'bytes' && !traits.isSound
  const answer = new AnswerText(writes ? MOST_ANSWER : 0, hand, isTranscript ? 'transcript' : 'said')
  if (traits.isSound) answer.leaveOut('an answer that is no text')
  return {
    answer,
    *end() {
      const output = answer.end()
      yield
      const input = saidInRequest(request.body.value, surface)
      const sinks = takers.map(({ kind }) => kind)
      const places = Object.fromEntries(takers.map((sink) => [sink.kind, sinkPlace(sink)]))
      const text = yield* traceText({ input, output }, { content, sinks, table })
      return { ...text, places }
    },
  }
}

/** Text is read and redacted when the answer is out: nobody waits for that. */
export async function recordWithText(
  record: RequestRecord,
  traced: TracedText,
  ports: Pick<Ports, 'record' | 'log'>,
): Promise<void> {
  await new Promise((resolve) => {
    setTimeout(resolve, 0)
  })
  try {
    ports.record({ ...record, text: await inTurns(traced.end()) })
  } catch (error) {
    // No trace is lost over its text. What the error says may quote it.
    const cause = `the text of a trace: ${error instanceof Error ? error.name : 'unknown'}`
    ports.log({ event: 'internal-error', correlationId: record.correlationId, cause })
    ports.record(record)
  }
}
