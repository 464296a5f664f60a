/**
 * What the rules make of a request's parameters: first what they set, then what they clamp.
 */
import type { ParameterEdits } from '../../src/table/decision.ts'

/** Top-level fields of the body that goes out. `max_tokens` stands for whichever of its two names the request uses. */
export function editParameters(
  body: Readonly<Record<string, unknown>>,
  { set, clamp }: ParameterEdits,
): Record<string, unknown> {
  const { max_completion_tokens: asked, ...rest } = body
  const edited: Record<string, unknown> = asked === undefined ? rest : { ...rest, max_tokens: asked }
  Object.assign(edited, set)
  for (const [name, { min, max }] of Object.entries(clamp)) {
    const value = edited[name]
    if (typeof value === 'number') {
      edited[name] = Math.min(max ?? Infinity, Math.max(min ?? -Infinity, value))
    } else if (name === 'max_tokens' && max !== null) {
      edited[name] = max
    }
  }
  return edited
}
