import type { ParameterEdits } from '../../src/table/decision.ts'

/** `temperature = 0`, `max_tokens at most 500`: what rules do to parameters, set before clamped. */
export function describeEdits({ set, clamp }: ParameterEdits): string[] {
  const clamped = Object.entries(clamp).map(([name, { min, max }]) => {
    const bounds = [...(min === null ? [] : [`at least ${min}`]), ...(max === null ? [] : [`at most ${max}`])]
    return `${name} ${bounds.join(', ')}`
  })
  return [...Object.entries(set).map(([name, value]) => `${name} = ${value}`), ...clamped]
}
