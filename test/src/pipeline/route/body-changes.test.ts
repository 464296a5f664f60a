import { describe, expect, it } from 'vitest'
import { classify } from '../../../../src/pipeline/classify/classify.ts'
import { bodyChanges } from '../../../../src/pipeline/route/body-changes.ts'
import { parseModelRequest } from '../../../../src/protocols/model-request.ts'
import { decide } from '../../../../src/table/decide.ts'
import type { Rule, Surface } from '../../../../src/table/route-table.ts'
import { makeRule, makeRuledTable } from '../../make-policy.ts'

function changes(
  rule: Partial<Rule>,
  body: string,
  surface: Surface = 'chat',
): ReturnType<typeof bodyChanges> {
  const table = makeRuledTable([makeRule(rule)], {
    labels: { private: { mayReach: 0, onDenied: null, trace: 'none', cache: 'none' } },
  })
  const request = parseModelRequest(new TextEncoder().encode(body))
  const classified = classify(request, { client: 'crew', surface, table, headers: {} })
  const decision = decide(classified.facts, table)
  if (decision.kind === 'refuse') throw new Error(decision.reason)
  return bodyChanges(request, decision, { classified, surface, table })
}

const SET = { set: { temperature: 0, seed: 7 } }
const REDACT = { redact: { detectors: ['pii'], relabel: null } }

describe('bodyChanges', () => {
  it.each([
    { name: 'nothing to do', rule: {}, body: '{"model":"auto"}', after: null },
    {
      name: 'added and replaced',
      rule: SET,
      body: '{"model":"auto","seed":1}',
      after: { replaced: new Map([['seed', '7']]), added: '"temperature":0' },
    },
    {
      name: 'redacted',
      rule: REDACT,
      body: '{"model":"auto","user":"a@b.org"}',
      after: { replaced: new Map([['user', '"[EMAIL]"']]), added: '' },
    },
    { name: 'nothing to redact', rule: REDACT, body: '{"model":"auto","user":"ada"}', after: null },
  ])('$name', ({ rule, body, after }) => {
    expect(changes(rule, body)).toEqual(after)
  })

  it('sets no parameters of an embedding', () => {
    expect(changes(SET, '{"model":"auto","input":"x"}', 'embeddings')).toBeNull()
  })
})
