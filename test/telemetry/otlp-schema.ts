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
const nanoseconds = { type: 'string', pattern: '^1[0-9]{18}$' }
const spanId = { type: 'string', pattern: '^(?!0{16})[0-9a-f]{16}$' }

/** @param keys a pattern of the attributes that may be there; @param values what they may be besides texts and lists of them */
function exportOf({ keys, values, codes }: { keys: string; values: unknown[]; codes: number[] }): object {
  const attribute = strict({
    key: { type: 'string', pattern: keys },
    value: {
      anyOf: [stringValue, strict({ arrayValue: strict({ values: listOf(stringValue) }) }), ...values],
    },
  })
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
      status: strict({ code: { enum: codes }, message: text }, ['message']),
    },
    ['parentSpanId'],
  )
  return strict({
    resourceSpans: listOf(
      strict({
        resource: strict({ attributes: listOf(attribute) }),
        scopeSpans: listOf(strict({ scope: strict({ name: text, version: text }), spans: listOf(span) })),
      }),
    ),
  }) as object
}

const ajv = new Ajv({ strict: false })
const validate = ajv.compile(
  exportOf({ keys: '^(service|langfuse|gen_ai|user|session)\\.[a-z0-9_.]+$', values: [], codes: [1, 2] }),
)
/** In JSON of protobuf a whole number of 64 bits is a text, and an enumeration its number. */
const validateGenAi = ajv.compile(
  exportOf({
    keys: '^(service|gen_ai|user|session|deployment|error|http|aicc)\\.[a-z0-9_.]+$',
    values: [
      strict({ intValue: { type: 'string', pattern: '^-?[0-9]+$' } }),
      strict({ doubleValue: { type: 'number' } }),
      strict({ boolValue: { type: 'boolean' } }),
    ],
    codes: [0, 2],
  }),
)

export interface SentSpan {
  traceId: string
  spanId: string
  parentSpanId?: string
  name: string
  startTimeUnixNano: string
  endTimeUnixNano: string
  attributes: {
    key: string
    value: {
      stringValue?: string
      intValue?: string
      doubleValue?: number
      boolValue?: boolean
      arrayValue?: { values: { stringValue: string }[] }
    }
  }[]
}

/** @returns what is wrong; null = nothing */
export function wrongWithOtlp(body: unknown): unknown {
  return validate(body) ? null : validate.errors
}

/** The same for the sink that speaks the GenAI conventions. @returns what is wrong; null = nothing */
export function wrongWithGenAi(body: unknown): unknown {
  return validateGenAi(body) ? null : validateGenAi.errors
}

/** Of a body that is right. */
export function spansIn(body: unknown): SentSpan[] {
  const { resourceSpans } = body as { resourceSpans: { scopeSpans: { spans: SentSpan[] }[] }[] }
  return resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans))
}
