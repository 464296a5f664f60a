import { describe, expect, it } from 'vitest'
import { unattachedEntries } from '../../../compiler/check/unattached-entries.ts'
import { unattachedTags } from '../../../compiler/check/unattached-tags.ts'
import type { Documents } from '../resolve/resolve-documents.ts'
import { messagesOf } from './messages-of.ts'

const models = { auto: { rules: 'main' } }
const last = { id: 'else', to: 'fast' }
const labels = { private: { mayReach: 'cloud' } }
const home = { keys: [{ env: 'K' }], models: '*' }

describe('entries without effect', () => {
  const rows: [string, Documents, string[]][] = [
    ['rules that a model has', { models, policy: { rules: { main: [last] } } }, []],
    ['rules that none has', { policy: { rules: { main: [last] } } }, ['no model asks the rules `main`']],
    [
      'a label that nothing puts on',
      { policy: { labels } },
      ['nothing puts the label `private` on a request'],
    ],
    ['a label of the guard', { policy: { labels, classify: { privacy: { label: 'private' } } } }, []],
    ['a label of a client', { policy: { labels }, clients: { home: { ...home, labels: ['private'] } } }, []],
    [
      'a label that redaction puts on, and one of a pattern',
      {
        models,
        policy: {
          labels: { ...labels, a: { mayReach: 'cloud' }, b: { mayReach: 'cloud' } },
          classify: { privacy: { label: 'private', patterns: [{ id: 'x', regex: 'x', label: 'a' }] } },
          rules: { main: [{ id: 'r', redact: { detectors: ['pii'], relabel: 'b' } }, last] },
        },
      },
      [],
    ],
    [
      'a gauge of complexity that no rule asks for',
      { policy: { classify: { complexity: { simple: { maxTokens: 9 } } } } },
      ['`classify.complexity` is set, and no rule asks for it'],
    ],
    [
      'a gauge of complexity that a rule asks for',
      {
        models,
        policy: {
          classify: { complexity: { simple: { maxTokens: 9 } } },
          rules: { main: [{ id: 'a', when: { complexity: 'simple' }, to: 'fast' }, last] },
        },
      },
      [],
    ],
    [
      'a mode that gates nothing',
      { modes: { gaming: {} } },
      ['the mode `gaming` gates no backend, and no rule asks for it'],
    ],
    [
      'a mode that a backend has',
      {
        modes: { gaming: {} },
        backends: { pc: { kind: 'demo', mode: 'gaming', models: { m: { id: 'm' } } } },
      },
      [],
    ],
    [
      'a mode that a rule asks for, deep down',
      {
        modes: { gaming: {} },
        models,
        policy: {
          rules: { main: [{ id: 'a', when: { not: { any: [{ mode: 'gaming' }] } }, to: 'fast' }, last] },
        },
      },
      [],
    ],
    [
      'a phrase that none looks for',
      { policy: { phrases: { force: { contains: '#f' } } } },
      ['no rule looks for the phrase `force`'],
    ],
    [
      'a phrase that one looks for',
      {
        models,
        policy: {
          phrases: { force: { contains: '#f' } },
          rules: { main: [{ id: 'a', when: { all: [{ prompt: { named: 'force' } }] }, to: 'fast' }, last] },
        },
      },
      [],
    ],
    [
      'a guard that finds nothing',
      { policy: { labels, classify: { privacy: { label: 'private', detectors: [] } } } },
      ['`classify.privacy` has neither a detector nor a pattern, so it finds nothing'],
    ],
  ]
  it.each(rows)('%s', async (_, documents, expected) => {
    expect(await messagesOf(unattachedEntries, documents)).toEqual(expected)
  })
})

describe('tags that no rule asks for', () => {
  const asks = { id: 'asks', when: { tag: ['a', 'b'] }, to: 'fast' }
  const adds = { id: 'adds', when: { tools: true }, addTags: ['a'] }
  const rows: [string, Record<string, unknown>[], string[], string[]][] = [
    ['of a client, asked for', [asks, last], ['a', 'b'], []],
    ['of a client', [asks, last], ['c'], ['no rule asks for the tag `c` of `home`']],
    ['of a rule, asked for later', [adds, asks, last], [], []],
    ['of a rule, asked for before', [asks, adds, last], [], ['no rule after `adds` asks for its tag `a`']],
    [
      'of a rule, asked for in itself',
      [{ ...adds, when: { tag: 'a' } }, last],
      ['a'],
      ['no rule after `adds` asks for its tag `a`'],
    ],
  ]
  it.each(rows)('%s', async (_, main, tags, expected) => {
    const clients = { home: { ...home, ...(tags.length > 0 && { tags }) } }
    expect(await messagesOf(unattachedTags, { models, policy: { rules: { main } }, clients })).toEqual(
      expected,
    )
  })
})
