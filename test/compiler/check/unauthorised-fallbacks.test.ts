import { describe, expect, it } from 'vitest'
import { unauthorisedFallbacks } from '../../../compiler/check/unauthorised-fallbacks.ts'
import { messagesOf } from './messages-of.ts'

const targets = ['gpu/small']
const models = {
  first: { targets, fallback: ['second', 'gpu/large'] },
  second: { targets, fallback: ['third'] },
  third: { targets },
  'wild/*': { targets, fallback: ['third'] },
  auto: { rules: 'main' },
  named: { rules: 'named' },
  theirs: { rules: 'theirs' },
}
const policy = {
  aliases: { two: 'second', 'old-*': 'third' },
  rules: {
    main: [{ id: 'else', to: 'first' }],
    theirs: [
      { id: 'a', when: { client: 'home' }, to: 'first' },
      { id: 'else', to: 'gpu/small' },
    ],
    named: [
      { id: 'a', when: { tools: true }, to: 'first' },
      { id: 'b', when: { stream: true }, to: 'third' },
      { id: 'else', to: 'second' },
    ],
  },
}
const opens = (model: string): string =>
  `\`kiosk\` may not ask for \`${model}\`, but comes to it when a target fails`

describe('fallbacks to models that a client may not ask for', () => {
  const rows: [string, string[] | '*', string[]][] = [
    ['all may be asked for', '*', []],
    ['nothing behind it', ['third'], []],
    ['by its name', ['first'], [opens('second')]],
    ['one further on', ['second'], [opens('third')]],
    ['what is granted leads on', ['first', 'second'], [opens('third')]],
    ['granted by an alias, and by names of an alias', ['first', 'two', 'old-*'], []],
    ['granted by one name of an alias', ['first', 'two', 'old-3'], []],
    ['by a wildcard', ['wild/*'], [opens('third')]],
    ['by a name of a wildcard', ['wild/x'], [opens('third')]],
    ['by rules', ['auto'], [opens('second')]],
    ['by rules that lead there as well', ['named'], []],
    ['not by a rule for others', ['theirs'], []],
  ]
  it.each(rows)('%s', async (_, granted, expected) => {
    const kiosk = { keys: [{ env: 'KIOSK_KEY' }], models: granted }
    expect(await messagesOf(unauthorisedFallbacks, { models, policy, clients: { kiosk } })).toEqual(expected)
  })

  it('is one fault, however many clients it opens to', async () => {
    const client = (env: string): unknown => ({ keys: [{ env }], models: ['second'] })
    const clients = { one: client('A'), two: client('B'), three: client('C') }
    expect(await messagesOf(unauthorisedFallbacks, { models, policy, clients })).toEqual([
      '`one` may not ask for `third`, nor may 2 others, but comes to it when a target fails',
    ])
  })
})
