/** A span as JSON of OTLP (opentelemetry-proto 1.x). What its attributes are called is each sink's own. */
import { toAttributes, type Attributes, type OtlpAttribute } from './otlp-attributes.ts'
import type { TraceSpan } from './trace-spans.ts'

export interface OtlpSpan {
  traceId: string
  spanId: string
  parentSpanId?: string
  name: string
  kind: number
  startTimeUnixNano: string
  endTimeUnixNano: string
  attributes: OtlpAttribute[]
  status: OtlpStatus
}

export interface OtlpStatus {
  code: number
  message?: string
}

/** Of spans. */
const SERVER = 2
const CLIENT = 3

export const STATUS = { UNSET: 0, OK: 1, ERROR: 2 } as const

export function otlpSpan(span: TraceSpan, status: OtlpStatus, attributes: Attributes): OtlpSpan {
  const { traceId, spanId, parentId, name, startMs, endMs } = span
  return {
    traceId,
    spanId,
    ...(parentId !== null && { parentSpanId: parentId }),
    name,
    kind: span.of === 'request' ? SERVER : CLIENT,
    startTimeUnixNano: nanoseconds(startMs),
    endTimeUnixNano: nanoseconds(endMs),
    attributes: toAttributes(attributes),
    status,
  }
}

/** @param spans JSON of each, joined by commas; @param version of the gateway; @param environment null = not said */
export function otlpBody(spans: string, from: { version: string; environment: string | null }): string {
  const { version, environment } = from
  const scope = JSON.stringify({ name: 'aicc', version })
  const attributes = JSON.stringify(
    toAttributes({
      'service.name': 'aicc',
      'service.version': version,
      'deployment.environment.name': environment,
    }),
  )
  return `{"resourceSpans":[{"resource":{"attributes":${attributes}},"scopeSpans":[{"scope":${scope},"spans":[${spans}]}]}]}`
}

function nanoseconds(ms: number): string {
  return `${Math.round(ms)}000000`
}
