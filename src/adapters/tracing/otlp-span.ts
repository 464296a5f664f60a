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

/** @param spans JSON of each, joined by commas; @param version of the gateway; @param environment null = not said */
export function otlpBody(spans: string, from: { version: string; environment: string | null }): string {
  const { version, environment } = from
  const scope = JSON.stringify({ name: 'aicc', version })
  const attributes =
    attribute('service.name', 'aicc') +
    attribute('service.version', version) +
    attribute('deployment.environment.name', environment)
  return `{"resourceSpans":[{"resource":{"attributes":[${attributes.slice(1)}]},"scopeSpans":[{"scope":${scope},"spans":[${spans}]}]}]}`
}

function nanoseconds(ms: number): string {
  return `${Math.round(ms)}000000`
}
