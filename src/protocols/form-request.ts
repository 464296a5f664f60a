/**
 * A form as a model request: its text fields as an object that guards and rules look at, and its parts, into which what
 * they change is put back.
 */
import { GatewayError } from '../errors.ts'
import { type FormPart, parseForm, textOfPart, writeForm } from './form-body.ts'
import { parseJsonObject } from './json-object.ts'
import { type ModelRequest, toModelRequest } from './model-request.ts'

/**
 * The object has each text field under its name, in a list where there are several; a file is what is known of it, which
 * nobody can read.
 * @param defaultModel what it asks for where it has no `model`; undefined = that is refused
 * @throws GatewayError invalid_form, field_not_allowed, invalid_field (400)
 */
export function parseFormRequest(bytes: Uint8Array, boundary: string, defaultModel?: string): ModelRequest {
  const form = parseForm(bytes, boundary)
  if (defaultModel !== undefined && !form.some(({ name }) => name === 'model')) {
    form.push({ name: 'model', filename: null, contentType: null, content: encoder.encode(defaultModel) })
  }
  const fields = Map.groupBy(form, ({ name }) => name)
  const value = Array.from(fields, ([name, parts]): [string, unknown] => {
    const [first, ...others] = parts.map(shown)
    if (others.length > 0 && name === 'model') {
      throw new GatewayError('invalid_form', 'The form has `model` twice.', { param: name })
    }
    return [name, others.length === 0 ? first : [first, ...others]]
  })
  const body = parseJsonObject(JSON.stringify(Object.fromEntries(value)))
  return { ...toModelRequest(body), form }
}

function shown(part: FormPart): unknown {
  if (part.filename !== null)
    return { file: { filename: part.filename, file_data: `${part.content.byteLength} bytes` } }
  const text = textOfPart(part)
  // The one field that the gateway itself reads as something else than text.
  return part.name === 'stream' && (text === 'true' || text === 'false') ? text === 'true' : text
}

/**
 * The form as it leaves.
 * @param replaced top-level field → its new JSON
 * @param boundary stands nowhere in it
 */
export function formWith(
  form: readonly FormPart[],
  replaced: ReadonlyMap<string, string>,
  boundary: string,
): Uint8Array<ArrayBuffer> {
  const seen = new Map<string, number>()
  const parts = form.map((part) => {
    const json = replaced.get(part.name)
    // A file of the same name has its place among them.
    const place = seen.get(part.name) ?? 0
    seen.set(part.name, place + 1)
    if (json === undefined || part.filename !== null) return part
    const value: unknown = JSON.parse(json)
    const text: unknown = Array.isArray(value) ? value[place] : value
    return { ...part, content: encoder.encode(String(text)) }
  })
  return writeForm(parts, boundary)
}

const encoder = new TextEncoder()
