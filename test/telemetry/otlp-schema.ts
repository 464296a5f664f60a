/** JSON of OTLP's trace export, as far as the gateway uses it: nothing else may be there. Langfuse's document says only `object`. */
import { Ajv } from 'ajv'

const strict = (properties: Record<string, unknown>, optional: readonly string[] = []): unknown => ({
  type: 'object',
  properties,
  required: Object.keys(properties).filter((key) => !optional.includes(key)),
  additionalProperties: false,
})
const text = { type: 'string' }
const listOf = (items: unknown): unknown => ({ type: 'array', items })
const stringValue = strict({ stringValue: text })
const attribute = strict({
  key: { type: 'string', pattern: '^(service|langfuse|gen_ai|user)\\.[a-z0-9_.]+$' },
  value: { anyOf: [stringValue, strict({ arrayValue: strict({ values: listOf(stringValue) }) })] },
})
const nanoseconds = { type: 'string', pattern: '^1[0-9]{18}$' }
const spanId = { type: 'string', pattern: '^(?!0{16})[0-9a-f]{16}$' }
const span = strict(
  {
    traceId: { type: 'string', pattern: '^(?!0{32})[0-9a-f]{32}$' },
    spanId,
    parentSpanId: spanId,
    name: { type: 'string', minLength: 1 },
    kind: { enum: [2, 3] },
    startTimeUnixNano: nanoseconds,
    endTimeUnixNano: nanoseconds,
    attributes: listOf(attribute),
    status: strict({ code: { enum: [1, 2] } }),
  },
  ['parentSpanId'],
)
const schema = strict({
  resourceSpans: listOf(
    strict({
      resource: strict({ attributes: listOf(attribute) }),
      scopeSpans: listOf(strict({ scope: strict({ name: text, version: text }), spans: listOf(span) })),
    }),
  ),
})

const validate = new Ajv({ strict: false }).compile(schema as object)

export interface SentSpan {
  traceId: string
  spanId: string
  parentSpanId?: string
  name: string
  startTimeUnixNano: string
  endTimeUnixNano: string
  attributes: {
    key: string
    value: { stringValue?: string; arrayValue?: { values: { stringValue: string }[] } }
  }[]
}

/** @returns what is wrong; null = nothing */
export function wrongWithOtlp(body: unknown): unknown {
  return validate(body) ? null : validate.errors
}

/** Of a body that is right. */
export function spansIn(body: unknown): SentSpan[] {
  const { resourceSpans } = body as { resourceSpans: { scopeSpans: { spans: SentSpan[] }[] }[] }
  return resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans))
}
