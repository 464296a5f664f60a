import { describe, expect, it } from 'vitest'
import { parseDocument } from 'yaml'
import { migrateDocument, versionOf } from '../../../compiler/migrate/migrate-document.ts'

describe('migrateDocument', () => {
  it.each([
    {
      name: 'keeps the order of several targets, and every comment',
      before:
        '# top\n\nversion: 1 # old\nmodels:\n  # two\n  big:\n    targets: # in order\n      - a/x # first\n      - b/y\n    keepAlive: off\n',
      after:
        '# top\n\nversion: 2 # old\nmodels:\n  # two\n  big:\n    targets:\n      # in order\n      - a/x # first\n      - b/y\n    balance: ordered\n    keepAlive: off\n',
    },
    {
      name: 'leaves a model with one target, or with a balance of its own',
      before:
        'version: 1\nmodels: { a: { targets: [b/x] }, c: { targets: [b/x, b/y], balance: weighted } }\n',
      after:
        'version: 2\nmodels: { a: { targets: [ b/x ] }, c: { targets: [ b/x, b/y ], balance: weighted } }\n',
    },
    {
      name: 'puts the version on top where there was none',
      before: '# top\n\n# of models\nmodels:\n  a:\n    targets: [b/x]\n',
      after: '# top\n\nversion: 2\n# of models\nmodels:\n  a:\n    targets: [ b/x ]\n',
    },
    {
      name: 'takes what is no policy',
      before: 'version: 1\nmodels: [x]\n',
      after: 'version: 2\nmodels: [ x ]\n',
    },
  ])('$name', ({ before, after }) => {
    const document = parseDocument(before)
    migrateDocument(document)
    expect(document.toString({ lineWidth: 0 })).toBe(after)
  })
})

describe('versionOf', () => {
  it.each([
    { text: 'version: 1', version: 1 },
    { text: "version: '1'", version: '1' },
    { text: 'models: {}', version: null },
    { text: '[]', version: null },
    { text: '', version: null },
  ])('of $text is $version', ({ text, version }) => {
    expect(versionOf(parseDocument(text))).toBe(version)
  })
})
