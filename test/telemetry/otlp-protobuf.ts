/** Reads OTLP's trace export in protobuf's binary form, as Python's exporters send it, into what it is in JSON. */

type Kind = 'text' | 'hex' | 'nanoseconds' | 'integer' | 'flag' | 'double' | 'word' | Shape
/** By the number of a field: its name in JSON, what it holds, and whether it may be there more than once. */
interface Field {
  name: string
  kind: Kind
  isList?: true
}
type Shape = () => Readonly<Record<number, Field>>

const one = (name: string, kind: Kind): Field => ({ name, kind })
const list = (name: string, kind: Kind): Field => ({ name, kind, isList: true })

// Functions, for a value can hold values.
const anyValue: Shape = () => ({
  1: one('stringValue', 'text'),
  2: one('boolValue', 'flag'),
  3: one('intValue', 'integer'),
  4: one('doubleValue', 'double'),
  5: one('arrayValue', () => ({ 1: list('values', anyValue) })),
  6: one('kvlistValue', () => ({ 1: list('values', keyValue) })),
  7: one('bytesValue', 'hex'),
})
const keyValue: Shape = () => ({ 1: one('key', 'text'), 2: one('value', anyValue) })
const status: Shape = () => ({ 2: one('message', 'text'), 3: one('code', 'word') })
const event: Shape = () => ({
  1: one('timeUnixNano', 'nanoseconds'),
  2: one('name', 'text'),
  3: list('attributes', keyValue),
  4: one('droppedAttributesCount', 'word'),
})
const link: Shape = () => ({
  1: one('traceId', 'hex'),
  2: one('spanId', 'hex'),
  3: one('traceState', 'text'),
  4: list('attributes', keyValue),
  5: one('droppedAttributesCount', 'word'),
  6: one('flags', 'word'),
})
const span: Shape = () => ({
  1: one('traceId', 'hex'),
  2: one('spanId', 'hex'),
  3: one('traceState', 'text'),
  4: one('parentSpanId', 'hex'),
  5: one('name', 'text'),
  6: one('kind', 'word'),
  7: one('startTimeUnixNano', 'nanoseconds'),
  8: one('endTimeUnixNano', 'nanoseconds'),
  9: list('attributes', keyValue),
  10: one('droppedAttributesCount', 'word'),
  11: list('events', event),
  12: one('droppedEventsCount', 'word'),
  13: list('links', link),
  14: one('droppedLinksCount', 'word'),
  15: one('status', status),
  16: one('flags', 'word'),
})
const scope: Shape = () => ({
  1: one('name', 'text'),
  2: one('version', 'text'),
  3: list('attributes', keyValue),
  4: one('droppedAttributesCount', 'word'),
})
const scopeSpans: Shape = () => ({
  1: one('scope', scope),
  2: list('spans', span),
  3: one('schemaUrl', 'text'),
})
const resource: Shape = () => ({
  1: list('attributes', keyValue),
  2: one('droppedAttributesCount', 'word'),
})
const resourceSpans: Shape = () => ({
  1: one('resource', resource),
  2: list('scopeSpans', scopeSpans),
  3: one('schemaUrl', 'text'),
})
const traceExport: Shape = () => ({ 1: list('resourceSpans', resourceSpans) })

/** @throws on a field that OTLP does not have: nothing is passed over in silence */
export function readOtlpProtobuf(bytes: Buffer): unknown {
  return readMessage(bytes, traceExport)
}

function readMessage(bytes: Buffer, shape: Shape): Record<string, unknown> {
  const fields = shape()
  const message: Record<string, unknown> = {}
  // In this form, a list of nothing is not there.
  for (const { name, isList } of Object.values(fields)) if (isList === true) message[name] = []
  for (let at = 0; at < bytes.length;) {
    const [tag, start] = readVarint(bytes, at)
    const field = fields[Number(tag >> 3n)]
    if (field === undefined) throw new Error(`OTLP has no field ${tag >> 3n} there`)
    const [raw, end] = readRaw(bytes, start, Number(tag & 7n))
    const value = meaning(raw, field.kind)
    if (field.isList === true) (message[field.name] as unknown[]).push(value)
    else message[field.name] = value
    at = end
  }
  return message
}

type Raw = bigint | Buffer

function readRaw(bytes: Buffer, at: number, wireType: number): [Raw, number] {
  if (wireType === 0) return readVarint(bytes, at)
  if (wireType === 1) return [bytes.subarray(at, at + 8), at + 8]
  if (wireType === 5) return [BigInt(bytes.readUInt32LE(at)), at + 4]
  if (wireType !== 2) throw new Error(`protobuf has no wire type ${wireType}`)
  const [length, start] = readVarint(bytes, at)
  const end = start + Number(length)
  if (end > bytes.length) throw new Error('a message is cut off')
  return [bytes.subarray(start, end), end]
}

function meaning(raw: Raw, kind: Kind): unknown {
  if (typeof raw === 'bigint') {
    // Langfuse's document has a number there; those that a double cannot hold are none of a trace's.
    if (kind === 'integer') return Number(BigInt.asIntN(64, raw))
    if (kind === 'flag') return raw !== 0n
    if (kind === 'word') return Number(raw)
  } else {
    if (typeof kind === 'function') return readMessage(raw, kind)
    if (kind === 'text') return raw.toString()
    if (kind === 'hex') return raw.toString('hex')
    if (kind === 'nanoseconds') return String(raw.readBigUInt64LE())
    if (kind === 'double') return raw.readDoubleLE()
  }
  throw new Error(`a field of the wrong wire type: ${String(kind)}`)
}

function readVarint(bytes: Buffer, start: number): [bigint, number] {
  let value = 0n
  let at = start
  for (let shift = 0n; ; shift += 7n) {
    const byte = bytes[at]
    if (byte === undefined) throw new Error('a number is cut off')
    at += 1
    value |= BigInt(byte & 0x7f) << shift
    if (byte < 0x80) return [value, at]
  }
}
