import { describe, expect, it } from 'vitest'
import { limitsNeverBinding } from '../../../compiler/check/limits-never-binding.ts'
import { messagesOf } from './messages-of.ts'

describe('limits that never bind', () => {
  const rows: [string, Record<string, unknown>, Record<string, unknown>, string[]][] = [
    ['nothing for all', { requests: '900/s' }, {}, []],
    ['of another kind', { tokens: '900/s' }, { requests: '1/min' }, []],
    ['the same', { requests: '100/min' }, { requests: '100/min' }, []],
    ['more', { requests: '101/min' }, { requests: '100/min' }, ['requests']],
    ['more in less time', { tokens: '101/s' }, { tokens: '100/min' }, ['tokens']],
    ['less in less time', { tokens: '99/s' }, { tokens: '100/min' }, []],
    ['as many in more time', { requests: '6000/h' }, { requests: '100/min' }, []],
    ['more in more time', { requests: '6001/h' }, { requests: '100/min' }, ['requests']],
    ['fewer at once', { concurrent: 3 }, { concurrent: 3 }, []],
    ['more at once', { concurrent: 4 }, { concurrent: 3 }, ['concurrent']],
  ]
  it.each(rows)('%s', async (_, own, all, kinds) => {
    const clients = { home: { keys: [{ env: 'K' }], models: '*', limits: own } }
    const expected = kinds.map((kind) => `the \`${kind}\` limit of \`home\` can never bind`)
    expect(await messagesOf(limitsNeverBinding, { policy: { limits: all }, clients })).toEqual(expected)
  })
})
