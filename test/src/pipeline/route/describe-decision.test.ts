import { PLAIN_CAUSES } from '../../../../src/table/failure-causes.ts'
import { describe, expect, it } from 'vitest'
import { describeDecision } from '../../../../src/pipeline/route/describe-decision.ts'
import type { Decision, RefusalReason, RouteDecision, RuleOutcome } from '../../../../src/table/decision.ts'
import { makeTarget } from '../../make-snapshot.ts'

const outcome: RuleOutcome = {
  rule: 'main/else',
  forced: false,
  tags: [],
  labels: [],
  edits: { set: {}, clamp: {} },
  redact: [],
}

const gpu = makeTarget()
const spare = makeTarget({ backend: 'spare', model: 'small' })

function routed(fields: Partial<RouteDecision>): Decision {
  return {
    kind: 'route',
    ...outcome,
    model: 'fast',
    reroutedBy: null,
    balance: 'ordered',
    pool: [{ target: gpu, weight: 1 }],
    fallback: [],
    minZone: 0,
    ...fields,
  }
}

const refused = (why: RefusalReason): Decision => ({ kind: 'refuse', ...outcome, ...why })

describe('describeDecision', () => {
  it.each([
    { decision: routed({}), says: 'fast: gpu/coder' },
    {
      decision: routed({ fallback: [{ target: spare, on: PLAIN_CAUSES }] }),
      says: 'fast: gpu/coder, then spare/small',
    },
    {
      decision: routed({ pool: [], fallback: [{ target: spare, on: ['context', 'timeout'] }] }),
      says: 'fast: spare/small on context or timeout',
    },
    {
      decision: routed({
        pool: [
          { target: gpu, weight: 1 },
          { target: spare, weight: 3 },
        ],
        balance: 'weighted',
      }),
      says: 'fast: gpu/coder + spare/small (3); weighted',
    },
    {
      decision: routed({
        reroutedBy: 'private',
        forced: true,
        edits: { set: { max_tokens: 5 }, clamp: { temperature: { min: null, max: 1 } } },
        redact: ['pii'],
        labels: ['secret', 'private'],
      }),
      says: 'fast: gpu/coder; rerouted by label private; forced; set {"max_tokens":5}; clamp {"temperature":{"min":null,"max":1}}; redact pii; labels private secret',
    },
    { decision: refused({ reason: 'unknown-model' }), says: 'refused: unknown-model' },
    {
      decision: refused({ reason: 'blocked', status: 403, message: 'not here' }),
      says: 'refused: blocked with 403 "not here"',
    },
    {
      decision: refused({ reason: 'label-denied', label: 'private', model: 'claude' }),
      says: 'refused: label private reaches nothing of claude',
    },
    {
      decision: refused({ reason: 'mode-denied', mode: 'gaming', model: 'big' }),
      says: 'refused: mode gaming gates big',
    },
    {
      decision: refused({ reason: 'not-capable', capability: 'tools', model: 'fast' }),
      says: 'refused: fast has no tools',
    },
  ])('says $says', ({ decision, says }) => {
    expect(describeDecision(decision)).toBe(says)
  })
})
