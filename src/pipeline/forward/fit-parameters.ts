/** Parameters that a target does not honour, and those that it knows by another name. */
import { isRecord, type JsonObject } from '../../protocols/json-object.ts'
import { membersOf, membersText } from './json-members.ts'

/** Members of a body that is about to leave. */
export interface Leaving {
  /** Top-level key → its new JSON. */
  replaced: Map<string, string>
  /** Keys whose members are left out. */
  removed: Set<string>
  /** Members that the body does not have, as JSON without braces; empty for none. */
  added: string
}

/** Parameters whose value asks for what happens without them. */
const USUAL: Readonly<Record<string, unknown>> = {
  n: 1,
  best_of: 1,
  temperature: 1,
  top_p: 1,
  presence_penalty: 0,
  frequency_penalty: 0,
  tool_choice: 'auto',
  parallel_tool_calls: true,
}

/** @returns the fields of it that ask for something which is not honoured */
export function unhonoured(body: Readonly<Record<string, unknown>>, lacks: readonly string[]): string[] {
  return lacks.filter((field) => field in body && !saysNothing(field, body[field]))
}

function saysNothing(field: string, value: unknown): boolean {
  if (value === null || value === undefined || value === false) return true
  if (Array.isArray(value)) return value.length === 0
  if (isRecord(value))
    return field === 'response_format' ? value['type'] === 'text' : Object.keys(value).length === 0
  return USUAL[field] === value
}

/** Takes out of it what is not honoured, and calls the rest what the target calls it. What the policy adds goes the same way. */
export function fitParameters(
  body: JsonObject,
  leaving: Leaving,
  { lacks, renames }: { lacks: readonly string[]; renames: Readonly<Record<string, string>> },
): void {
  const added = new Map(Object.entries(membersOf(leaving.added)))
  for (const field of lacks) {
    added.delete(field)
    if (body.spans.has(field)) leaving.removed.add(field)
  }
  for (const [from, to] of Object.entries(renames)) {
    const span = body.spans.get(from)
    const json = added.has(from)
      ? JSON.stringify(added.get(from))
      : span === undefined || leaving.removed.has(from)
        ? 'null'
        : (leaving.replaced.get(from) ?? body.text.slice(...span))
    added.delete(from)
    if (span !== undefined) leaving.removed.add(from)
    if (json === 'null') continue
    if (body.spans.has(to)) leaving.replaced.set(to, json)
    else added.set(to, JSON.parse(json))
  }
  leaving.added = membersText(added)
}
