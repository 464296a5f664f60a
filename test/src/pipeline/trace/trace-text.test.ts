import { assert, constantFrom, integer, property, tuple } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { traceText, withGaps } from '../../../../src/pipeline/trace/trace-text.ts'
import { inOneGo } from '../../../../src/pipeline/trace/turns.ts'
import { createSaidInStream } from '../../../../src/protocols/said-in-stream.ts'
import type { SaidPart } from '../../../../src/protocols/said-parts.ts'
import type { RouteTable } from '../../../../src/table/route-table.ts'
import type { TraceText } from '../../../../src/table/trace-text.ts'
import { runs } from '../../../property/runs.ts'
import { makePattern, makePrivacy, makeRuledTable } from '../../make-policy.ts'

const base = makeRuledTable([])
const guarded = (privacy: RouteTable['classify']['privacy']): RouteTable => ({
  ...base,
  classify: { ...base.classify, privacy },
})
const KEY = 'AKIAQYLPMN5HHHFPZAM2'
const MAIL = 'ada@example.org'

/** Texts of one message of a user, as parts of its content. */
function user(...texts: string[]): SaidPart[] {
  return texts.map((text, i) => {
    const path = ['messages', 0, 'content', i, 'text']
    return { message: 0, role: 'user', as: 'content', text, path, kind: 'text' }
  })
}

function kept(
  { input = [], output = [] }: { input?: SaidPart[]; output?: SaidPart[] },
  content: TraceText['content'] = 'redacted',
  table = guarded(null),
): TraceText {
  return inOneGo(traceText({ input, output }, { content, sinks: ['otlp'], table }))
}

const first = (text: TraceText): string => text.input[0]?.content ?? ''

describe('traceText', () => {
  it('tells messages of request and answer, with what they call', () => {
    const called = { message: 1, role: 'assistant', path: [] } as const
    const output: SaidPart[] = [
      { ...called, as: 'content', kind: 'text', text: 'let me look' },
      { ...called, as: 'name', kind: 'text', text: 'look' },
      { ...called, as: 'arguments', kind: 'json', text: '{"a":1}' },
      { ...called, as: 'name', kind: 'text', text: 'wait' },
    ]
    expect(kept({ input: user('a', 'b'), output }, 'full')).toEqual({
      content: 'full',
      sinks: ['otlp'],
      input: [{ role: 'user', content: 'a\nb' }],
      output: [
        {
          role: 'assistant',
          content: 'let me look',
          calls: [
            { name: 'look', arguments: '{"a":1}' },
            { name: 'wait', arguments: '' },
          ],
        },
      ],
    })
  })

  it('leaves all as it is where all may be kept', () => {
    expect(first(kept({ input: user(`${KEY} of ${MAIL}`) }, 'full'))).toBe(`${KEY} of ${MAIL}`)
  })

  it.each([
    { name: 'without a guard of the policy', table: guarded(null) },
    { name: 'with one that looks for less', table: guarded(makePrivacy({ detectors: [] })) },
    { name: 'with one that wants more of a kind', table: guarded(makePrivacy({ atLeast: { email: 3 } })) },
    {
      name: 'with a bound below it',
      table: { ...guarded(null), classify: { ...base.classify, privacy: null, scanBytes: 3 } },
    },
  ])('replaces what all built-in detectors find, $name', ({ table }) => {
    const text = kept(
      { input: user(`key ${KEY} of ${MAIL}`), output: user(`mail ${MAIL}`) },
      'redacted',
      table,
    )
    expect([first(text), text.output[0]?.content]).toEqual([
      'key [SECRET:aws-key] of [EMAIL]',
      'mail [EMAIL]',
    ])
  })

  it("replaces what the policy's own patterns find, and spares what it allows", () => {
    const table = guarded(
      makePrivacy({
        patterns: [makePattern()],
        allow: { values: [], domains: ['example.org'], networks: [] },
      }),
    )
    expect(first(kept({ input: user(`hermes for ${MAIL}`) }, 'redacted', table))).toBe(
      `[CODENAME] for ${MAIL}`,
    )
  })

  it.each([
    { name: 'begins in one part and ends in the next', input: user(KEY.slice(0, 9), KEY.slice(9)) },
    {
      name: 'is written in base64',
      input: user(`see ${Buffer.from(`my key is ${KEY}, keep it`).toString('base64')}`),
    },
    {
      name: 'stands in arguments as JSON',
      input: [{ ...user(`{"k": "\\u0041${KEY.slice(1)}"}`)[0]!, kind: 'json' as const }],
    },
    { name: 'lies across the end of what is kept', input: user(`${'word '.repeat(13_105)} ${KEY}`) },
  ])('holds nothing of a key that $name', ({ input }) => {
    const text = JSON.stringify(kept({ input }))
    for (let at = 0; at + 6 <= KEY.length; at += 1) expect(text).not.toContain(KEY.slice(at, at + 6))
    expect(text).not.toContain(Buffer.from(KEY).toString('base64').slice(4, 16))
  })

  it.each([
    {
      name: 'base64 that is no text',
      text: Buffer.from(Array.from({ length: 900 }, (_, i) => (i * 167 + 13) % 256)).toString('base64'),
      left: 'look: [not scanned] see?',
    },
    {
      name: 'text in two coats of base64',
      text: Buffer.from(Buffer.from('what nobody has read so far '.repeat(3)).toString('base64')).toString(
        'base64',
      ),
      left: 'look: [SECRET:random] see?',
    },
  ])('leaves out what nobody can read: $name', ({ text, left }) => {
    expect(first(kept({ input: user(`look: ${text} see?`) }))).toBe(left)
  })

  it('leaves all of it out where a detector fails', () => {
    const broken = makePattern({ source: '(', literals: null })
    expect(
      first(kept({ input: user('hello') }, 'redacted', guarded(makePrivacy({ patterns: [broken] })))),
    ).toBe('[not scanned]')
  })

  it('keeps the end of a long request and the beginning of a long answer, and says so', () => {
    const turns = (count: number): SaidPart[] =>
      Array.from({ length: count }, (_, i) => ({ ...user(`${i} ${'x'.repeat(9990)}`)[0]!, message: i }))
    const { input, output } = kept({ input: turns(10), output: turns(10) }, 'full')
    expect(input.map(({ content }) => content.slice(0, 2).trim())).toEqual([
      '[3',
      '3',
      '4',
      '5',
      '6',
      '7',
      '8',
      '9',
    ])
    expect(input[0]?.content).toBe('[3 earlier texts, not kept]')
    expect(output.map(({ content }) => content.slice(0, 2).trim())).toEqual([
      '0',
      '1',
      '2',
      '3',
      '4',
      '5',
      '6',
      '[3',
    ])
    expect([input[1], output[6]].map((one) => one?.content.endsWith('x[cut]'))).toEqual([true, true])
  })

  it('is no longer than it may be, however many texts there are', () => {
    const input = Array.from({ length: 9000 }, (_, message) => ({ ...user('')[0]!, message }))
    expect(JSON.stringify(kept({ input }, 'full')).length).toBeLessThan(100_000)
  })

  it('holds no half of a character', () => {
    expect(first(kept({ input: user('a\ud800b') }, 'full'))).toBe('a\ufffdb')
  })

  it.each(['input', 'output'] as const)(
    'holds nothing of a key of which a half is not kept, of %s',
    (side) => {
      const long = 'word '.repeat(13_200)
      // So that there is room for the first half, and none for the second.
      const filler = user(...Array.from({ length: 9 }, () => long.slice(0, 6550)), long.slice(0, 6246))
      const parts =
        side === 'input'
          ? user(KEY.slice(0, 10), `${KEY.slice(10)} ${long}`)
          : [...filler, ...user(KEY.slice(0, 10), KEY.slice(10))]
      const text = JSON.stringify(kept({ [side]: parts }))
      expect(text).not.toContain(KEY.slice(0, 8))
      expect(text).not.toContain(KEY.slice(12))
    },
  )

  it.each([
    { name: 'all of a text that is whole', isCut: false, content: 'redacted', left: 'words and more' },
    { name: 'nothing of a short one whose end is missing', isCut: true, content: 'redacted', left: '[cut]' },
    { name: 'all of it where all may be kept', isCut: true, content: 'full', left: 'words and more' },
  ] as const)('keeps $name', ({ isCut, content, left }) => {
    const [part] = user('words and more')
    expect(first(kept({ input: [{ ...part!, ...(isCut && { isCut }) }] }, content))).toBe(left)
  })

  it('holds no beginning of a secret where an answer broke off', () => {
    const secrets = [
      KEY,
      MAIL,
      `ghp_${'aB3dE6gH'.repeat(5).slice(0, 36)}`,
      '4111 1111 1111 1111',
      'DE89 3704 0044 0532 0130 00',
      'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U',
    ]
    const told = tuple(
      constantFrom(...secrets),
      constantFrom('words and more words ', 'kéy: ', '{"a":"', '\n', '这是'),
      integer({ min: 0, max: 40 }),
      integer({ min: 0, max: 120 }),
    )
    assert(
      property(told, ([secret, before, times, cut]) => {
        const answer = `${before.repeat(times)} ${secret} and so on`
        const end = before.length * times + 1 + Math.min(cut, secret.length)
        const stream = createSaidInStream()
        stream.push(JSON.stringify({ choices: [{ index: 0, delta: { content: answer.slice(0, end) } }] }))
        const text = JSON.stringify(kept({ output: stream.parts() }))
        for (let at = 0; at + 8 <= secret.length; at += 1)
          expect(text).not.toContain(secret.slice(at, at + 8))
      }),
      { numRuns: runs(200) },
    )
  })

  it.each([
    {
      name: 'half a key on either side of a tear',
      part: { text: `${'word '.repeat(20)}${KEY}${' word'.repeat(20)}`, tears: [110] },
      left: `${'word '.repeat(12)}[cut]${' word'.repeat(12)}`,
    },
    {
      name: 'the rest of a key where the beginning is missing',
      part: { text: `${KEY.slice(10)}${' word'.repeat(20)}`, tears: [0] },
      left: `[cut]${' word'.repeat(12)}`,
    },
    { name: 'a short text with a tear at its end', part: { text: 'word', tears: [4] }, left: '[cut]' },
  ])('leaves out $name', ({ part, left }) => {
    expect(first(kept({ input: [{ ...user('')[0]!, ...part }] }))).toBe(left)
    expect(first(kept({ input: [{ ...user('')[0]!, ...part }] }, 'full'))).toBe(part.text)
  })

  it('leaves as much out where the text is in many parts, and nothing of another message', () => {
    const said = user('see this: ', 'half', 'akey', 'torn', 'here', 'lost', ' and then', ' more'.repeat(20))
    for (const part of said) part.message = 1
    said[3]!.tears = [2]
    const told = kept({ input: [...user('word'), ...said] })
    expect(told.input.map(({ content }) => content)).toEqual([
      'word',
      `${'[cut]\n'.repeat(7)}[cut]${' more'.repeat(14)}`,
    ])
  })

  it('looks from each tear no further than to the next', () => {
    const words = user(...Array.from({ length: 300 }, () => 'x'.repeat(80)))
    const torn = words.map((part) => Object.assign(part, { keep: 80, tears: [80] }))
    const gaps = withGaps(torn).map((part) => part.gaps?.length ?? 0)
    expect(Math.max(...gaps)).toBeLessThan(5)
    expect(withGaps(torn).every(({ gaps: [gap] = [] }) => gap !== undefined)).toBe(true)
  })

  it.each(['input', 'output'] as const)(
    'holds nothing of a key in small pieces of which some are not kept, of %s',
    (side) => {
      const long = ' word'.repeat(13_200)
      const pieces = user(...KEY.split(''))
      // So that there is room for seven of them, or for fourteen.
      const filler = user(...Array.from({ length: 9 }, () => long.slice(0, 6550)), `${long.slice(0, 6034)} `)
      const parts = side === 'input' ? [...pieces, ...filler] : [...filler, ...pieces]
      const text = kept({ [side]: parts })
      const told = text[side].map(({ content }) => content.replaceAll('\n', '')).join(' ')
      for (let at = 0; at + 4 <= KEY.length; at += 1) expect(told).not.toContain(KEY.slice(at, at + 4))
    },
  )

  it('looks at request and answer, and at what is left of them, in pieces', () => {
    const text = { input: user(MAIL), output: user(MAIL) }
    const pieces = (content: TraceText['content']): number =>
      [...traceText(text, { content, sinks: ['otlp'], table: guarded(null) })].length + 1
    expect([pieces('redacted'), pieces('full')]).toEqual([6, 2])
  })

  it('never holds a secret, wherever it stands', () => {
    const filler = constantFrom('words and more words ', 'x', '\n', '{"a": ', 'kéy ')
    const where = tuple(filler, integer({ min: 0, max: 4000 }), filler, integer({ min: 0, max: 400 }))
    assert(
      property(where, ([before, times, after, more]) => {
        const text = kept({ input: user(`${before.repeat(times)} ${KEY} ${after.repeat(more)}`) })
        expect(JSON.stringify(text)).not.toContain(KEY.slice(4))
      }),
      { numRuns: runs(60) },
    )
  })
})
