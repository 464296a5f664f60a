/** The trace of a request as a tree with times, where it is, and what Langfuse has of it. */
import type { ReadTrace } from '../../src/control/doctor/read-langfuse.ts'
import { attemptSteps } from '../../src/table/attempt-steps.ts'
import type { HistoryEntry, SinkTrace, TraceReport } from '../../src/table/history.ts'
import { describeSkipped } from './describe-skipped.ts'

interface Row {
  depth: number
  name: string
  startMs: number
  /** Null = it is not told. */
  endMs: number | null
  note: string
}

/** @param langfuse left out = it was not asked */
export function renderTrace({ request, traceId, sinks }: TraceReport, langfuse?: ReadTrace): string {
  const { id, correlationId, startedAt, links, rule, variant, skipped = [] } = request
  return [
    `trace ${traceId}`,
    `request ${id}${correlationId === id ? '' : ` (${correlationId})`} at ${new Date(startedAt).toISOString()}`,
    ...(variant === undefined ? [] : [`variant ${variant} of the rule ${rule}`]),
    ...(links?.parent === undefined
      ? []
      : [`within the span ${links.parent.slice(33)} of the client's own trace`]),
    ...(links?.session === undefined ? [] : [`session ${links.session}`]),
    ...skipped.map((one) => `skipped ${describeSkipped(one)}`),
    '',
    ...renderRows(rowsOf(request), startedAt),
    '',
    ...(sinks.length === 0
      ? ['no sink has it: the policy named none, or a label of the request says `trace: none`']
      : sinks.map((sink) => `${sink.sink}: ${stateOf(sink, request)}`)),
    ...(langfuse === undefined ? [] : ['', ...renderRead(langfuse, startedAt)]),
  ].join('\n')
}

function rowsOf(request: HistoryEntry): Row[] {
  const { surface, startedAt, endedAt, status, error, backend, backendModel, links, tokensPerSecond } =
    request
  const root = { depth: 0, name: surface, startMs: startedAt, endMs: endedAt }
  const steps = attemptSteps(request).map(({ failure, startMs, endMs }): Row => {
    if (failure !== null) {
      return { depth: 1, startMs, endMs, name: `${failure.backend}/${failure.model}`, note: failure.cause }
    }
    const rate = tokensPerSecond === undefined ? '' : `, ${tokensPerSecond} tokens a second`
    const note = `answered${links?.joined === true ? ', and traces it itself' : ''}${rate}`
    return { depth: 1, startMs, endMs, name: `${backend}/${backendModel}`, note }
  })
  return [{ ...root, note: `${status}${error === null ? '' : ` ${error}`}` }, ...steps]
}

function renderRows(rows: readonly Row[], startedAt: number): string[] {
  const labelOf = ({ depth, name }: Row): string => `${'  '.repeat(depth)}${name}`
  const width = Math.max(...rows.map((row) => labelOf(row).length))
  return rows.map((row) => {
    const { startMs, endMs, note } = row
    const label = labelOf(row)
    const took = endMs === null ? '' : `${endMs - startMs} ms`
    return `${label.padEnd(width)}  +${String(startMs - startedAt).padEnd(6)}  ${took.padEnd(10)}  ${note}`.trimEnd()
  })
}

function stateOf({ state, refusals, why }: SinkTrace, { endedAt }: HistoryEntry): string {
  if (state === 'sent') return 'sent'
  if (state === 'dropped') return 'dropped: too many traces waited, and the oldest went'
  if (state === 'given-up') return `given up: ${why ?? ''}`
  const seconds = Math.max(0, Math.round((Date.now() - endedAt) / 1000))
  return `waits since ${seconds} s${refusals === 0 ? '' : `, refused ${refusals} times`}; \`aicc status\` says why`
}

function renderRead(read: ReadTrace, startedAt: number): string[] {
  if (read.kind === 'failed') return [`Langfuse cannot be asked: ${read.why}`]
  if (read.kind === 'missing')
    return ['Langfuse does not have it (yet: it takes some seconds to file what it took)']
  const { observations } = read
  const ids = new Set(observations.map(({ id }) => id))
  const rows: Row[] = []
  const add = (parent: string | null, depth: number): void => {
    const children = observations.filter(({ parentObservationId: of }) =>
      parent === null ? of === null || !ids.has(of) : of === parent,
    )
    for (const child of children.toSorted((a, b) => a.startTime.localeCompare(b.startTime))) {
      const { id, name, type, startTime, endTime } = child
      const endMs = endTime === null ? null : Date.parse(endTime)
      rows.push({ depth, name: name ?? id, startMs: Date.parse(startTime), endMs, note: type.toLowerCase() })
      add(id, depth + 1)
    }
  }
  add(null, 0)
  return [`Langfuse has ${observations.length} observations of it`, ...renderRows(rows, startedAt)]
}
