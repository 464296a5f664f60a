/**
 * What people see who write policies in an editor: the real yaml-language-server with the committed schemas, found by
 * the first line that the shipped files have.
 */
import { readFileSync } from 'node:fs'
import { join, parse } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startLanguageServer, type LanguageServer } from './language-server.ts'
import { MARK, readMark } from './marked.ts'

const ROOT = join(import.meta.dirname, '../..')
const FILES = {
  policy: 'policies/policy.yaml',
  backends: 'policies/backends.yaml',
  clients: 'policies/clients.yaml',
  tests: 'policies/tests/routing.test.yaml',
} as const
type FileName = keyof typeof FILES

/** The line by which the shipped file names its schema. */
const modeline = (file: FileName): string =>
  readFileSync(join(ROOT, FILES[file]), 'utf8').split('\n', 1)[0] ?? ''

/** A new document beside the shipped file, which need not be on disk. */
let documents = 0
const uriFor = (file: FileName): string => {
  const { dir, base } = parse(join(ROOT, FILES[file]))
  return pathToFileURL(join(dir, `${++documents}-${base}`)).href
}

/** The text below that line, as such a document. */
function documentOf(file: FileName, text: string): { uri: string; marked: string } {
  return { uri: uriFor(file), marked: `${modeline(file)}\n${text}` }
}

let server: LanguageServer
beforeAll(async () => {
  server = await startLanguageServer()
})
afterAll(() => server.stop())

interface Offer {
  file: FileName
  text: string
  offers: string[]
  not?: string[]
}

const offers: Offer[] = [
  {
    file: 'policy',
    text: '┆',
    offers: ['models', 'aliases', 'labels', 'rules', 'classify'],
    not: ['backends'],
  },
  {
    file: 'policy',
    text: 'models:\n  fast:\n    ┆',
    offers: ['targets', 'rules', 'fallback'],
    not: ['models'],
  },
  {
    file: 'policy',
    text: 'models:\n  a:\n    targets: [b/c]\n    balance: ┆',
    offers: ['round-robin', 'ordered', 'weighted', 'least-busy'],
  },
  {
    file: 'policy',
    text: 'rules:\n  main:\n    - ┆',
    offers: ['id', 'when', 'to', 'block', 'split'],
    not: ['tokens'],
  },
  {
    file: 'policy',
    text: 'rules:\n  main:\n    - id: x\n      when:\n        not:\n          ┆',
    offers: ['tokens', 'label', 'healthy'],
    not: ['id'],
  },
  {
    file: 'policy',
    text: 'rules:\n  main:\n    - id: x\n      when:\n        surface: ┆',
    offers: ['chat', 'completions', 'embeddings'],
  },
  { file: 'policy', text: 'labels:\n  private:\n    mayReach: local\n    onDenied: ┆', offers: ['block'] },
  {
    file: 'backends',
    text: 'backends:\n  gpu:\n    kind: ┆',
    offers: ['openai', 'ollama', 'litellm', 'demo'],
  },
  {
    file: 'backends',
    text: 'backends:\n  gpu:\n    kind: ollama\n    ┆',
    offers: ['url', 'models', 'zone', 'tls'],
    not: ['password'],
  },
  {
    file: 'backends',
    text: 'backends:\n  gpu:\n    kind: demo\n    models:\n      m:\n        id: x\n        supports:\n          - ┆',
    offers: ['tools', 'vision', 'json'],
  },
  { file: 'clients', text: 'clients:\n  home:\n    ┆', offers: ['keys', 'models', 'labels', 'limits'] },
  { file: 'clients', text: 'clients:\n  home:\n    keys:\n      - ┆', offers: ['env', 'sha256', 'expires'] },
  { file: 'tests', text: '- ┆', offers: ['name', 'request', 'expect', 'given'] },
  {
    file: 'tests',
    text: '- name: x\n  request:\n    ┆',
    offers: ['prompt', 'model', 'headers'],
    not: ['staysIn'],
  },
  {
    file: 'tests',
    text: '- name: x\n  request: {}\n  expect:\n    decision: ┆',
    offers: ['route', 'refuse'],
  },
]

describe('completion', () => {
  it.each(offers)('of $file: $text', async ({ file, text, offers: expected, not = [] }) => {
    const { uri, marked } = documentOf(file, text)
    const read = readMark(marked)
    const labels = [...(await server.complete(uri, read.text, read.at)).keys()]
    expect(labels).toEqual(expect.arrayContaining(expected))
    expect(labels.filter((label) => not.includes(label))).toEqual([])
  })

  it('says what each value of an enumeration means', async () => {
    const { uri, marked } = documentOf('policy', 'models:\n  a:\n    targets: [b/c]\n    balance: ┆')
    const read = readMark(marked)
    const labels = await server.complete(uri, read.text, read.at)
    expect(labels.get('least-busy')).toBe('The one with the fewest requests in flight.')
  })
})

describe('hover', () => {
  it.each([
    { file: 'policy', text: 'models:\n  fast:\n    tar┆gets: [a/b]', says: 'Where it is served.' },
    {
      file: 'policy',
      text: 'models:\n  fast:\n    targets: [a/b]\n    balance: ord┆ered',
      says: '`ordered`: The first one that answers',
    },
    {
      file: 'policy',
      text: 'rules:\n  main:\n    - id: x\n      when: { tok┆ens: { below: 3 } }',
      says: 'Estimated tokens of the input.',
    },
    { file: 'policy', text: 'timeouts:\n  firstTok┆en: 2m', says: 'until the first event with content' },
    {
      file: 'backends',
      text: 'backends:\n  gpu:\n    kind: openai\n    ur┆l: http://gpu\n    models: {}',
      says: '`/v1` is appended unless',
    },
    {
      file: 'clients',
      text: 'clients:\n  home:\n    keys:\n      - { env: A, depre┆cated: 2027-01-31 }\n    models: "*"',
      says: '`Deprecation` header',
    },
    {
      file: 'tests',
      text: '- name: x\n  request: {}\n  expect: { stays┆In: local }',
      says: 'No target is in a less trusted zone',
    },
  ] as const)('of $file: $text', async ({ file, text, says }) => {
    const { uri, marked } = documentOf(file, text)
    const read = readMark(marked)
    expect(await server.hover(uri, read.text, read.at)).toContain(says)
  })
})

/** Each fault between two marks. */
const faults = [
  { file: 'policy', text: 'models:\n  fast:\n    ┆targts┆: [a/b]', says: 'targts is not allowed' },
  { file: 'policy', text: 'models:\n  fast:\n    targets: [a/b]\n    balance: ┆orderd┆', says: '"ordered"' },
  {
    file: 'policy',
    text: 'models: { fast: { targets: [┆a┆] } }',
    says: 'Expected here: A place where a model lives',
  },
  { file: 'policy', text: 'models: {}\ntimeouts: { idle: ┆30┆ }', says: 'string' },
  { file: 'policy', text: 'models: {}\nlabels: { ┆none┆: { mayReach: local } }', says: 'Expected here' },
  {
    file: 'policy',
    text: 'models: {}\nrules:\n  main:\n    - id: x\n      when: { tokens: { atLeast: ┆-1┆ } }',
    says: 'below the minimum',
  },
  {
    file: 'backends',
    text: 'backends:\n  gpu:\n    kind: ┆vlm┆\n    url: http://a\n    models: {}',
    says: '"openai"',
  },
  { file: 'clients', text: 'clients:\n  home:\n    keys: ┆[]┆\n    models: "*"', says: 'too few items' },
  {
    file: 'tests',
    text: '- name: x\n  request: { ┆modle┆: a }\n  expect: { status: 403 }',
    says: 'modle is not allowed',
  },
] as const

describe('errors', () => {
  it.each(faults)('of $file: $text', async ({ file, text, says }) => {
    const { uri, marked } = documentOf(file, text)
    const start = readMark(marked).at
    const [before = '', fault = ''] = marked.split(MARK)
    const end = readMark(`${before}${fault}${MARK}`).at
    const found = await server.diagnose(uri, readMark(marked).text)
    const there = found.filter(({ message }) => message.includes(says))
    expect(
      there.map(({ range }) => range),
      JSON.stringify(found),
    ).toEqual([{ start, end }])
  })

  it.each(Object.keys(FILES) as FileName[])('are none in the shipped %s file', async (file) => {
    const text = readFileSync(join(ROOT, FILES[file]), 'utf8')
    expect(await server.diagnose(uriFor(file), text)).toEqual([])
  })
})
