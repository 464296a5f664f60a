/** A span as JSON of OTLP (opentelemetry-proto 1.x). What its attributes are called is each sink's own. */
import { attribute } from './otlp-attributes.ts'
import type { TraceSpan } from './trace-spans.ts'

/** Of spans. */
const SERVER = 2
const CLIENT = 3

/** How it ended. */
export const UNSET = '{"code":0}'
export const OK = '{"code":1}'

/** @param message null = none is told */
export function failed(message: string | null): string {
  return message === null ? '{"code":2}' : `{"code":2,"message":${JSON.stringify(message)}}`
}

/** @param attributes as `attribute` writes them, one after the other; @returns JSON */
export function otlpSpan(span: TraceSpan, status: string, attributes: string): string {
  const { traceId, spanId, parentId, name, startMs, endMs } = span
  const parent = parentId === null ? '' : `"parentSpanId":"${parentId}",`
  const kind = span.of === 'request' ? SERVER : CLIENT
  return `{"traceId":"${traceId}","spanId":"${spanId}",${parent}"name":${JSON.stringify(name)},"kind":${kind},"startTimeUnixNano":"${nanoseconds(startMs)}","endTimeUnixNano":"${nanoseconds(endMs)}","attributes":[${attributes.slice(1)}],"status":${status}}`
}

/** @param spans JSON of some, joined by commas, each; @param from `environment`: null = not said; @returns JSON, in parts */
export function otlpBody(
  spans: readonly string[],
  from: { version: string; environment: string | null },
): string[] {
  const { version, environment } = from
  const scope = JSON.stringify({ name: 'aicc', version })
  const attributes =
    attribute('service.name', 'aicc') +
    attribute('service.version', version) +
    attribute('deployment.environment.name', environment)
  const head = `{"resourceSpans":[{"resource":{"attributes":[${attributes.slice(1)}]},"scopeSpans":[{"scope":${scope},"spans":[`
  const parts = [head]
  for (const one of spans) {
    if (parts.length > 1) parts.push(',')
    parts.push(one)
  }
  parts.push(']}]}]}')
  return parts
}

function nanoseconds(ms: number): string {
  return `${Math.round(ms)}000000`
}
