import { describe, expect, it } from 'vitest'
import { editParameters } from '../../../../src/pipeline/route/edit-parameters.ts'
import { parseJsonObject } from '../../../../src/protocols/json-object.ts'
import type { ParameterEdits } from '../../../../src/table/decision.ts'
import type { Surface } from '../../../../src/table/route-table.ts'
import { errorOf } from '../../error-of.ts'

function edited(
  body: string,
  edits: Partial<ParameterEdits>,
  surface: Surface = 'chat',
): Record<string, string> {
  return Object.fromEntries(editParameters(parseJsonObject(body), { set: {}, clamp: {}, ...edits }, surface))
}

const most = (max: number): ParameterEdits['clamp'] => ({ max_tokens: { min: null, max } })

describe('editParameters', () => {
  it.each([
    {
      name: 'sets what is absent',
      body: '{}',
      edits: { set: { temperature: 0.5 } },
      after: { temperature: '0.5' },
    },
    { name: 'sets what is there', body: '{"seed":1}', edits: { set: { seed: 2 } }, after: { seed: '2' } },
    { name: 'leaves what is so already', body: '{"seed":2}', edits: { set: { seed: 2 } }, after: {} },
    { name: 'cuts', body: '{"max_tokens":900}', edits: { clamp: most(100) }, after: { max_tokens: '100' } },
    {
      name: 'cuts what is endless',
      body: '{"max_tokens":1e400}',
      edits: { clamp: most(100) },
      after: { max_tokens: '100' },
    },
    { name: 'leaves what is within', body: '{"max_tokens":90}', edits: { clamp: most(100) }, after: {} },
    {
      name: 'lifts',
      body: '{"temperature":-1}',
      edits: { clamp: { temperature: { min: 0, max: 1 } } },
      after: { temperature: '0' },
    },
    {
      name: 'leaves out what is absent',
      body: '{"top_p":null}',
      edits: { clamp: { temperature: { min: 0, max: 1 }, top_p: { min: 0, max: 1 } } },
      after: {},
    },
    {
      name: 'limits what has no limit',
      body: '{}',
      edits: { clamp: most(100) },
      after: { max_tokens: '100' },
    },
    {
      name: 'limits null',
      body: '{"max_tokens":null}',
      edits: { clamp: most(100) },
      after: { max_tokens: '100' },
    },
    {
      name: 'has no limit to give',
      body: '{}',
      edits: { clamp: { max_tokens: { min: 5, max: null } } },
      after: {},
    },
    {
      name: 'cuts the newer name',
      body: '{"max_completion_tokens":900}',
      edits: { clamp: most(100) },
      after: { max_completion_tokens: '100' },
    },
    {
      name: 'cuts both names',
      body: '{"max_completion_tokens":900,"max_tokens":null}',
      edits: { clamp: most(100) },
      after: { max_completion_tokens: '100', max_tokens: '100' },
    },
    {
      name: 'sets the newer name',
      body: '{"max_completion_tokens":900}',
      edits: { set: { max_tokens: 7 } },
      after: { max_completion_tokens: '7' },
    },
    {
      name: 'cuts what it sets',
      body: '{}',
      edits: { set: { max_tokens: 200 }, clamp: most(100) },
      after: { max_tokens: '100' },
    },
    {
      name: 'sets texts',
      body: '{}',
      edits: { set: { reasoning_effort: 'low' } },
      after: { reasoning_effort: '"low"' },
    },
  ])('$name', ({ body, edits, after }) => {
    expect(edited(body, edits)).toEqual(after)
  })

  it('refuses a number written as text: a backend may read it', () => {
    expect(errorOf(() => edited('{"max_tokens":"900"}', { clamp: most(100) }))).toMatchObject({
      code: 'invalid_field',
      options: { param: 'max_tokens' },
    })
  })

  it.each<[surface: Surface, body: string, edits: Partial<ParameterEdits>, after: Record<string, string>]>([
    ['responses', '{}', { clamp: most(100) }, { max_output_tokens: '100' }],
    ['responses', '{"max_output_tokens":900}', { clamp: most(100) }, { max_output_tokens: '100' }],
    ['responses', '{}', { set: { seed: 1, top_p: 0.5 } }, { top_p: '0.5' }],
    ['responses', '{"seed":2}', { set: { seed: 1 } }, { seed: '1' }],
    ['responses', '{}', { set: { reasoning_effort: 'low' } }, { reasoning: '{"effort":"low"}' }],
    [
      'responses',
      '{"reasoning":{"effort":"high","summary":"auto"}}',
      { set: { reasoning_effort: 'low' } },
      { reasoning: '{"effort":"low","summary":"auto"}' },
    ],
    ['messages', '{"max_tokens":900}', { clamp: most(100) }, { max_tokens: '100' }],
    ['messages', '{}', { set: { seed: 1, top_k: 5, reasoning_effort: 'low' } }, { top_k: '5' }],
  ])('%s %s: %j', (surface, body, edits, after) => {
    expect(edited(body, edits, surface)).toEqual(after)
  })
})
