import { describe, expect, it } from 'vitest'
import { incapableTargets } from '../../../compiler/check/incapable-targets.ts'
import { messagesOf } from './messages-of.ts'

const backends = {
  gpu: {
    kind: 'openai',
    url: 'http://gpu',
    models: {
      small: { id: 's', context: 8000, supports: ['json'] },
      large: { id: 'l', context: 32_000, supports: ['tools', 'vision'] },
      any: { id: 'a' },
    },
  },
}
const models = {
  auto: { rules: 'main' },
  large: { targets: ['gpu/large'] },
  backed: { targets: ['gpu/large'], fallback: ['fast'] },
  mixed: { targets: ['gpu/small', 'gpu/large'] },
  rescued: { targets: ['gpu/small'], fallback: ['gpu/any'] },
}

type Rule = Record<string, unknown>
const rule = (id: string, when: unknown, to: string): Rule => ({ id, when, to })

async function faults(...rules: Rule[]): Promise<string[]> {
  const main = [...rules, { id: 'else', block: { message: 'no' } }]
  return messagesOf(incapableTargets, { backends, models, policy: { rules: { main } } })
}

describe('targets that cannot take what a rule sends', () => {
  const fine: [string, Rule[]][] = [
    ['room for some', [rule('a', { tokens: { atLeast: 8000 } }, 'fast')]],
    ['tools or not', [rule('a', { stream: true }, 'fast')]],
    ['tools in one of two conditions', [rule('a', { any: [{ tools: true }, { stream: true }] }, 'fast')]],
    ['no tools', [rule('a', { tools: false }, 'fast')]],
    ['another of the pool can', [rule('a', { tools: true, tokens: { atLeast: 9000 } }, 'mixed')]],
    [
      'a target of which nothing is said',
      [rule('a', { tools: true, tokens: { atLeast: 90_000 } }, 'gpu/any')],
    ],
    ['an image where it is seen', [rule('a', { images: true }, 'large')]],
    [
      'a rule that nothing comes to',
      [rule('a', { stream: true }, 'large'), rule('b', { stream: true, tools: true }, 'fast')],
    ],
  ]
  it.each(fine)('fine: %s', async (_, rules) => expect(await faults(...rules)).toEqual([]))

  const wrong: [string, Rule[], string][] = [
    [
      'too long',
      [rule('a', { tokens: { atLeast: 8001 } }, 'fast')],
      'the rule `a` sends only requests of more than 8000 tokens, which no target of `fast` can take',
    ],
    [
      'tools',
      [rule('a', { tools: true }, 'fast')],
      'the rule `a` sends only requests with tools, which no target of `fast` can take',
    ],
    [
      'tools in each of two conditions',
      [rule('a', { any: [{ tools: true }, { tools: true, stream: true }] }, 'fast')],
      'the rule `a` sends only requests with tools, which no target of `fast` can take',
    ],
    [
      'both',
      [rule('a', { images: true, tokens: { atLeast: 40_000 } }, 'mixed')],
      'the rule `a` sends only requests with images and of more than 32000 tokens, which no target of `mixed` can take',
    ],
    [
      'a fallback',
      [rule('a', { images: true }, 'backed')],
      'the rule `a` sends only requests with images, which `gpu/small`, a fallback of `backed`, cannot take',
    ],
    [
      'all but a fallback',
      [rule('a', { tools: true }, 'rescued')],
      'the rule `a` sends only requests with tools, which `gpu/small`, the pool of `rescued`, cannot take',
    ],
    [
      'what the rules before leave',
      [rule('a', { tokens: { below: 9000 } }, 'large'), rule('b', { stream: true }, 'fast')],
      'the rule `b` sends only requests of more than 8000 tokens, which no target of `fast` can take',
    ],
  ]
  it.each(wrong)('wrong: %s', async (_, rules, message) => expect(await faults(...rules)).toEqual([message]))
})
