/** A form as it leaves for a target: its fields as the policy has changed them, its files as they came. */
import { BACKEND_KINDS } from '../../backends/kind.ts'
import type { FormPart } from '../../protocols/form-body.ts'
import { formWith } from '../../protocols/form-request.ts'
import type { Backend, Target } from '../../table/route-table.ts'
import type { Exchange } from './exchange.ts'

export interface WireForm {
  contentType: string
  bytes: Uint8Array<ArrayBuffer>
}

interface FormOptions {
  target: Target
  backend: Backend
  /** Parameters that it does not honour. */
  lacks: readonly string[]
  /** Fields by which it is told of the trace, as JSON. */
  tracing: Readonly<Record<string, string>>
}

const encoder = new TextEncoder()

/** Members that a kind adds to JSON have no place in a form; fields that it would take instructions from are left out. */
export function wireForm(
  { changes, journey }: Pick<Exchange, 'changes' | 'journey'>,
  form: readonly FormPart[],
  { target, backend, lacks, tracing }: FormOptions,
): WireForm {
  const { emptiedFields } = BACKEND_KINDS[backend.kind]
  const replaced = new Map(changes?.replaced).set('model', JSON.stringify(target.id))
  // Nobody can guess it, so no file can end its part early and begin one of its own.
  const boundary = `aicc-${crypto.randomUUID()}`
  const parts = form.filter(({ name }) => !emptiedFields.includes(name) && !lacks.includes(name))
  for (const [name, json] of Object.entries(tracing)) {
    parts.push({ name, filename: null, contentType: null, content: encoder.encode(json) })
  }
  journey.lost = lacks.filter((field) => form.some(({ name }) => name === field))
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    bytes: formWith(parts, replaced, boundary),
  }
}
