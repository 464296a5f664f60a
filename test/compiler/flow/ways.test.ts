import { expect, it } from 'vitest'
import { stringify } from 'yaml'
import { compile } from '../../../compiler/compile.ts'
import { analyseFlow } from '../../../compiler/flow/flow.ts'
import { waysOf } from '../../../compiler/flow/ways.ts'
import { decide } from '../../../src/table/decide.ts'
import { readerOf } from '../../property/compile-documents.ts'

const POLICY = {
  models: {
    auto: { rules: 'main' },
    fast: { targets: ['gpu/a'] },
    big: { targets: ['gpu/b'], fallback: ['fast'] },
  },
  aliases: { quick: 'fast' },
  rules: {
    main: [
      { id: 'forced', when: { header: { 'x-force': 'yes' } }, to: 'big', force: true },
      {
        id: 'rarely',
        when: { tokens: { atLeast: 99 } },
        split: [
          { to: 'fast', weight: 99 },
          { to: 'gpu/b', weight: 1 },
        ],
      },
      { id: 'no', when: { tools: true }, block: { message: 'No.' } },
      { id: 'else', to: 'quick' },
    ],
  },
}

it('are each gone by the request that answers for it', async () => {
  const texts = {
    policy: stringify(POLICY),
    backends: stringify({
      backends: {
        gpu: { kind: 'openai', url: 'http://127.0.0.1:81', models: { a: { id: 'a' }, b: { id: 'b' } } },
      },
    }),
    clients: stringify({ clients: { home: { keys: [{ env: 'KEY' }], models: '*' } } }),
  }
  const result = await compile({ policies: 'policies', readFile: readerOf(texts) })
  if (!result.ok) throw new Error(JSON.stringify(result.diagnostics))
  const { policy, table } = result
  const ways = waysOf(policy, analyseFlow(policy))
  expect(ways.map(({ model, rule, forced }) => [rule?.id ?? 'by name', model, forced])).toEqual([
    ['by name', 'fast', false],
    ['by name', 'big', false],
    ['forced', 'big', true],
    ['rarely', 'fast', false],
    ['rarely', 'gpu/b', false],
    ['else', 'fast', false],
  ])
  for (const { model, rule, forced, ask } of ways) {
    const found = ask([])
    if (found.kind !== 'found') throw new Error(`nothing goes to ${model}`)
    expect(decide(found.facts, table)).toMatchObject({
      kind: 'route',
      model,
      forced,
      rule: rule === null ? null : `main/${rule.id}`,
    })
  }
})
