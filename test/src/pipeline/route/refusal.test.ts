import { describe, expect, it } from 'vitest'
import { modelNotFound, refusal } from '../../../../src/pipeline/route/refusal.ts'
import type { RefusalReason } from '../../../../src/table/decision.ts'
import { makeFacts } from '../../make-facts.ts'

const OUTCOME = {
  kind: 'refuse' as const,
  rule: null,
  forced: false,
  tags: [],
  labels: [],
  edits: { set: {}, clamp: {} },
  redact: [],
}

const ROWS: { why: RefusalReason; code: string; status: number }[] = [
  { why: { reason: 'unknown-model' }, code: 'model_not_found', status: 404 },
  { why: { reason: 'model-not-allowed' }, code: 'model_not_allowed', status: 403 },
  { why: { reason: 'surface-not-served', model: 'm' }, code: 'surface_not_served', status: 400 },
  { why: { reason: 'state-not-kept', field: 'conversation' }, code: 'state_not_kept', status: 400 },
  { why: { reason: 'server-tool', tool: 'web_search' }, code: 'server_tool_not_allowed', status: 403 },
  { why: { reason: 'injection' }, code: 'prompt_injection', status: 403 },
  { why: { reason: 'images' }, code: 'images_not_allowed', status: 400 },
  { why: { reason: 'blocked', status: 418, message: 'No tea.' }, code: 'blocked_by_policy', status: 418 },
  { why: { reason: 'label-denied', label: 'private', model: 'm' }, code: 'label_denied', status: 403 },
  { why: { reason: 'mode-denied', mode: 'gaming', model: 'm' }, code: 'mode_denied', status: 503 },
  { why: { reason: 'not-capable', capability: 'vision', model: 'm' }, code: 'not_capable', status: 400 },
]

describe('refusal', () => {
  it.each(ROWS)('$why.reason: $code', ({ why, code, status }) => {
    expect(refusal({ ...OUTCOME, ...why }, makeFacts())).toMatchObject({ code, status })
  })

  it('says what a rule says', () => {
    const error = refusal({ ...OUTCOME, reason: 'blocked', status: 403, message: 'Not here.' }, makeFacts())
    expect(error.toBody().error).toEqual({
      message: 'Not here.',
      type: 'policy_error',
      param: null,
      code: 'blocked_by_policy',
    })
  })

  it.each([
    ['fast', 'The model `fast` does not serve `speech`.'],
    ['openai/*', 'The model `fast` does not serve `speech`.'],
    ['small', '`fast` goes to `small` here, which does not serve `speech`.'],
    [null, '`speech` is not served here, by `fast` or any other model.'],
  ])('says which model does not serve the surface: %s', (model, message) => {
    const facts = makeFacts({ model: 'fast', surface: 'speech' })
    expect(refusal({ ...OUTCOME, reason: 'surface-not-served', model }, facts).message).toBe(message)
  })

  it('does not echo a name at length', () => {
    expect(modelNotFound('x'.repeat(65)).message).toBe(
      `The model \`${'x'.repeat(64)}…\` does not exist here.`,
    )
    expect(modelNotFound('x'.repeat(64)).message).toBe(`The model \`${'x'.repeat(64)}\` does not exist here.`)
  })
})
