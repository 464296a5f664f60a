import { Ajv } from 'ajv'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createDiagnostic, type Diagnostic } from '../../../compiler/diagnostics/diagnostic.ts'
import { renderDiagnostics, type RenderOptions } from '../../../compiler/diagnostics/render/render.ts'
import { sortDiagnostics } from '../../../compiler/diagnostics/sort.ts'

const SOURCES = new Map([
  ['a.yaml', 'first: 1\r\nsecond: 20\r\n'],
  ['tabs.yaml', '\tkey:\t日本 bad # \u001b[31mred\n'],
  ['deep.yaml', `${'\n'.repeat(99)}at line one hundred`],
])

function diagnosticAt(file: string, start: number, end: number, text = 'it is wrong'): Diagnostic {
  return createDiagnostic('resolve/unknown-backend', text, {
    span: { file, start, end },
    label: 'here',
    secondary: [{ span: { file: 'deep.yaml', start: 99, end: 101 }, text: 'see there' }],
    notes: ['a note'],
    help: 'mend it',
  })
}

function render(diagnostics: Diagnostic[], options: Partial<RenderOptions> = {}): string {
  return renderDiagnostics(diagnostics, {
    format: 'pretty',
    sources: SOURCES,
    color: false,
    max: 0,
    ...options,
  })
}

describe('pretty', () => {
  it('draws message, place, frame, second frame, note, help and page', () => {
    expect(render([diagnosticAt('a.yaml', 18, 20)])).toBe(
      [
        'error[resolve/unknown-backend]: it is wrong',
        '    --> a.yaml:2:9',
        '     |',
        '   2 | second: 20',
        '     |         ^^ here',
        '     |',
        '    ::: deep.yaml:100:1',
        ' 100 | at line one hundred',
        '     | -- see there',
        '     = note: a note',
        '     = help: mend it',
        '     = docs: docs/diagnostics/resolve-unknown-backend.md',
        '',
        '',
      ].join('\n'),
    )
  })

  it('keeps the marks below wide characters and tabs, and shows no control character', () => {
    const text = SOURCES.get('tabs.yaml') ?? ''
    const frame = render([diagnosticAt('tabs.yaml', text.indexOf('bad'), text.indexOf('bad') + 3)]).split(
      '\n',
    )
    expect(frame[3]).toBe('   1 |  key: 日本 bad # \u{fffd}[31mred')
    // Tab, key, colon, tab, two wide characters of two columns each, space.
    expect(frame[4]).toBe(`     | ${' '.repeat(1 + 4 + 1 + 4 + 1)}^^^ here`)
  })

  it('marks an empty range with one caret, and a range of lines on its first line only', () => {
    expect(render([diagnosticAt('a.yaml', 0, 0)])).toContain('| ^ here\n')
    expect(render([diagnosticAt('a.yaml', 0, 20)])).toContain('| ^^^^^^^^ here\n')
  })

  it('needs no source text', () => {
    expect(render([diagnosticAt('gone.yaml', 0, 0)])).toContain('--> gone.yaml\n')
  })

  it('has colours only when asked', () => {
    const escape = '\u001b['
    expect(render([diagnosticAt('a.yaml', 0, 5)])).not.toContain(escape)
    expect(render([diagnosticAt('a.yaml', 0, 5)], { color: true })).toContain(escape)
  })

  it('shows so many at most, errors first, and counts the others', () => {
    const warning = createDiagnostic('check/unused-backend', 'a warning', {
      span: { file: 'a.yaml', start: 0, end: 1 },
    })
    const text = render([warning, diagnosticAt('a.yaml', 1, 2), diagnosticAt('a.yaml', 2, 3)], { max: 1 })
    expect(text).toContain('--> a.yaml:1:2')
    expect(text).not.toContain('a warning')
    expect(text).toContain('2 more not shown')
  })
})

describe('json', () => {
  it('is what its schema says, with lines from 1 and offsets from 0', () => {
    const report: unknown = JSON.parse(render([diagnosticAt('a.yaml', 18, 20)], { format: 'json' }))
    const schema: object = JSON.parse(
      readFileSync(join(import.meta.dirname, '../../../schemas/diagnostics.schema.json'), 'utf8'),
    )
    const isReport = new Ajv({ strict: false }).compile(schema)
    expect(isReport(report), JSON.stringify(isReport.errors)).toBe(true)
    expect(report).toMatchObject({
      version: 1,
      summary: { errors: 1, warnings: 0 },
      diagnostics: [
        {
          code: 'resolve/unknown-backend',
          primary: {
            text: 'here',
            location: {
              file: 'a.yaml',
              start: { line: 2, column: 9, offset: 18 },
              end: { line: 2, column: 11, offset: 20 },
            },
          },
          docs: 'docs/diagnostics/resolve-unknown-backend.md',
        },
      ],
    })
  })

  it('says that there is nothing to say', () => {
    expect(JSON.parse(render([], { format: 'json' }))).toEqual({
      version: 1,
      summary: { errors: 0, warnings: 0 },
      diagnostics: [],
    })
  })
})

describe('github', () => {
  it('is one line per diagnostic, with everything escaped', () => {
    const text = render([diagnosticAt('a.yaml', 18, 20, '100% wrong\n::error::not a command')], {
      format: 'github',
    })
    expect(text).toBe(
      '::error file=a.yaml,line=2,endLine=2,col=9,endColumn=11,title=resolve/unknown-backend::' +
        '100%25 wrong%0A::error::not a command%0Anote: a note%0Ahelp: mend it%0A' +
        'docs: docs/diagnostics/resolve-unknown-backend.md\n',
    )
  })
})

describe('sarif', () => {
  it('names the rule, the region and the related place', () => {
    expect(JSON.parse(render([diagnosticAt('a.yaml', 18, 20)], { format: 'sarif' }))).toMatchObject({
      version: '2.1.0',
      runs: [
        {
          tool: { driver: { name: 'aicc', rules: [{ id: 'resolve/unknown-backend' }] } },
          results: [
            {
              ruleId: 'resolve/unknown-backend',
              level: 'error',
              locations: [
                {
                  physicalLocation: {
                    artifactLocation: { uri: 'a.yaml' },
                    region: { startLine: 2, startColumn: 9, endLine: 2, endColumn: 11 },
                  },
                },
              ],
              relatedLocations: [{ physicalLocation: { region: { startLine: 100 } } }],
            },
          ],
        },
      ],
    })
  })
})

describe('sortDiagnostics', () => {
  it('orders by file, place and text, and says nothing twice', () => {
    const [a, b, c] = [
      diagnosticAt('a.yaml', 1, 2),
      diagnosticAt('a.yaml', 10, 11, 'a'),
      diagnosticAt('b.yaml', 0, 1),
    ]
    const d = diagnosticAt('a.yaml', 10, 11, 'b')
    expect(sortDiagnostics([c, d, b, a, structuredClone(d)])).toEqual([a, b, d, c])
  })
})
