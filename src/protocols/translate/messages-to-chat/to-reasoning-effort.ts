import { isRecord } from '../../json-object.ts'
import type { LostFields } from '../lost.ts'

/** Both protocols have these. */
const EFFORTS: ReadonlySet<unknown> = new Set(['low', 'medium', 'high', 'xhigh', 'max'])

/** Tokens for thoughts, from so many on. */
const BUDGETS = [
  { from: 16_384, effort: 'high' },
  { from: 4096, effort: 'medium' },
  { from: 0, effort: 'low' },
] as const

/**
 * How hard the model shall think, from `thinking` and `output_config.effort`. A budget of tokens becomes the nearest word.
 * @returns null = the client leaves it to the model
 */
export function toReasoningEffort(body: Readonly<Record<string, unknown>>, lost: LostFields): string | null {
  const config = isRecord(body['output_config']) ? body['output_config'] : {}
  const effort =
    typeof config['effort'] === 'string' && EFFORTS.has(config['effort']) ? config['effort'] : null
  if (config['effort'] !== undefined && config['effort'] !== null && effort === null)
    lost.note('output_config.effort')
  const { thinking } = body
  if (!isRecord(thinking)) return effort
  if (thinking['display'] === 'omitted') lost.note('thinking.display')
  switch (thinking['type']) {
    case 'disabled':
      if (effort !== null) lost.note('output_config.effort')
      return 'none'
    case 'adaptive':
      return effort
    case 'enabled':
      lost.note('thinking.budget_tokens')
      return effort ?? effortOf(thinking['budget_tokens'])
    default:
      lost.note('thinking.type')
      return effort
  }
}

function effortOf(budget: unknown): string {
  const tokens = typeof budget === 'number' ? budget : 0
  return BUDGETS.find(({ from }) => tokens >= from)?.effort ?? 'low'
}
