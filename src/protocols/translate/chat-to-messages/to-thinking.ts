import type { LostFields } from '../lost.ts'

export interface Thinking {
  thinking?: { type: 'adaptive' | 'disabled' }
  /** Of `output_config`. */
  effort?: string
}

const EFFORTS: ReadonlySet<unknown> = new Set(['low', 'medium', 'high', 'xhigh', 'max'])

/** How hard the model shall think, from `reasoning_effort`: nothing where the client leaves it to the model. */
export function toThinking(body: Readonly<Record<string, unknown>>, lost: LostFields): Thinking {
  const { reasoning_effort: effort } = body
  if (effort === undefined || effort === null) return {}
  if (effort === 'none') return { thinking: { type: 'disabled' } }
  if (effort === 'minimal') lost.note('reasoning_effort')
  const known = effort === 'minimal' ? 'low' : effort
  if (typeof known !== 'string' || !EFFORTS.has(known)) {
    lost.note('reasoning_effort')
    return {}
  }
  return { ...(mayThink(body) && { thinking: { type: 'adaptive' } }), effort: known }
}

/** Anthropic refuses thoughts beside a tool that must be used and beside other ways to sample: effort alone it takes. */
function mayThink({
  tool_choice: choice,
  function_call: old,
  temperature,
  top_p: topP,
}: Readonly<Record<string, unknown>>): boolean {
  const chosen = choice ?? old ?? 'auto'
  return (chosen === 'auto' || chosen === 'none') && (temperature ?? 1) === 1 && (topP ?? 1) === 1
}
