import { assert, constantFrom, array, property, integer } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { classify } from '../../../../src/pipeline/classify/classify.ts'
import { redact, redactedTurn } from '../../../../src/pipeline/classify/redact.ts'
import { replaceValues } from '../../../../src/protocols/json-object.ts'
import { parseModelRequest } from '../../../../src/protocols/model-request.ts'
import type { RouteTable, Surface } from '../../../../src/table/route-table.ts'
import { errorOf } from '../../error-of.ts'
import { makePattern, makePrivacy, makeRuledTable } from '../../make-policy.ts'

const HERMES = makePattern()
const base = makeRuledTable([])
const table: RouteTable = {
  ...base,
  wildcards: [{ prefix: 'or/', model: 'fast' }],
  classify: { ...base.classify, privacy: makePrivacy({ patterns: [HERMES] }) },
}

/** The body as it would leave. */
function redacted(
  body: string,
  {
    detectors = ['secrets', 'pii', 'codename'],
    surface = 'chat',
  }: { detectors?: string[]; surface?: Surface } = {},
): string {
  const request = parseModelRequest(new TextEncoder().encode(body))
  const classified = classify(request, { client: 'crew', surface, table, headers: {} })
  return replaceValues(request.body, redact(request.body, classified, { surface, table, detectors }))
}

describe('redact', () => {
  it('touches only the values that hold what was found', () => {
    const body =
      '{ "model":"auto", "seed": 1e400,\n "messages":[ {"role":"user","content":"I am ada@example.org, call +49 30 901820"} ], "stop" : ["x" ] }'
    expect(redacted(body)).toBe(
      '{ "model":"auto", "seed": 1e400,\n "messages":[{"role":"user","content":"I am [EMAIL], call [PHONE]"}], "stop" : ["x" ] }',
    )
  })

  it.each([
    {
      name: 'a password keeps its name',
      said: 'password: Tr0ub4dor&3 x',
      left: 'password: [SECRET:password] x',
    },
    {
      name: 'finds that overlap',
      said: `password=sk-${'a1'.repeat(10)}!`,
      left: 'password=[SECRET:password]',
    },
    { name: 'a pattern', said: 'Project Hermes and HERMES', left: 'Project [CODENAME] and [CODENAME]' },
    { name: 'hidden characters', said: 'ada\u200b@exam\u200bple.org!', left: '[EMAIL]!' },
  ])('$name', ({ said, left }) => {
    const body = JSON.stringify({ model: 'auto', messages: [{ role: 'user', content: said }] })
    expect(redacted(body)).toBe(body.replace(JSON.stringify(said), JSON.stringify(left)))
  })

  it('leaves what is allowed, and says for a pack what its detector says', () => {
    const badge = makePattern({
      id: 'badge',
      source: 'EMP-(?<n>[0-9]{4})',
      flags: 'u',
      group: 'n',
      placeholder: 'STAFF',
    })
    const allow = { values: [], domains: ['example.com'], networks: [] }
    const privacy = makePrivacy({ patterns: [badge], allow, off: ['phone'] })
    const tuned = { ...table, classify: { ...table.classify, privacy } }
    const said = 'EMP-1234: ada@example.com, eve@example.org, +49 30 901820'
    const request = parseModelRequest(
      new TextEncoder().encode(
        JSON.stringify({ model: 'auto', messages: [{ role: 'user', content: said }] }),
      ),
    )
    const classified = classify(request, { client: 'crew', surface: 'chat', table: tuned, headers: {} })
    const options = { surface: 'chat', table: tuned, detectors: ['pii', 'badge'] } as const
    expect(replaceValues(request.body, redact(request.body, classified, options))).toContain(
      '"EMP-[STAFF]: ada@example.com, [EMAIL], +49 30 901820"',
    )
  })

  it('keeps arguments of calls valid JSON', () => {
    const call = { to: 'ada@example.org', text: 'line\n"quoted"' }
    const escaped = JSON.stringify(call).replace('@', String.raw`\u0040`)
    const messages = [{ role: 'assistant', tool_calls: [{ function: { name: 'mail', arguments: escaped } }] }]
    const left = JSON.parse(redacted(JSON.stringify({ model: 'auto', messages }))) as {
      messages: { tool_calls: { function: { arguments: string } }[] }[]
    }
    expect(JSON.parse(left.messages[0]?.tool_calls[0]?.function.arguments ?? '')).toEqual({
      ...call,
      to: '[EMAIL]',
    })
  })

  it.each([
    { name: 'the backslash at its end', said: 'hermes\\', source: String.raw`hermes\\`, left: '[CODENAME]' },
    {
      name: 'one of two backslashes, of which none is left',
      said: 'hermes\\\\x',
      source: String.raw`hermes\\`,
      left: '[CODENAME]x',
    },
    { name: 'what stands before one', said: 'hermes\n', source: 'hermes', left: '[CODENAME]\n' },
    { name: 'what begins behind one', said: 'a\nhermes', source: 'hermes', left: 'a\n[CODENAME]' },
  ])('keeps arguments valid where a find takes in $name', ({ said, source, left }) => {
    const own = { ...table.classify, privacy: makePrivacy({ patterns: [makePattern({ source })] }) }
    const tuned = { ...table, classify: own }
    const call = { name: 'f', arguments: JSON.stringify({ path: said, next: '"' }) }
    const body = JSON.stringify({
      model: 'auto',
      messages: [{ role: 'assistant', tool_calls: [{ function: call }] }],
    })
    const request = parseModelRequest(new TextEncoder().encode(body))
    const classified = classify(request, { client: 'crew', surface: 'chat', table: tuned, headers: {} })
    const options = { surface: 'chat', table: tuned, detectors: ['codename'] } as const
    const changed = JSON.parse(replaceValues(request.body, redact(request.body, classified, options))) as {
      messages: { tool_calls: { function: { arguments: string } }[] }[]
    }
    const written = changed.messages[0]?.tool_calls[0]?.function.arguments ?? ''
    expect(JSON.parse(written)).toEqual({ path: left, next: '"' })
  })

  it('keeps JSON in JSON valid', () => {
    const inner = { note: 'mail\nada@example.org "now"' }
    const content = JSON.stringify({ out: JSON.stringify(inner), n: [1] })
    const body = JSON.stringify({ model: 'auto', messages: [{ role: 'tool', content }] })
    const left = JSON.parse(redacted(body)) as { messages: { content: string }[] }
    const answer = JSON.parse(left.messages[0]?.content ?? '') as { out: string; n: number[] }
    expect(answer.n).toEqual([1])
    expect(JSON.parse(answer.out)).toEqual({ note: 'mail[EMAIL] "now"' })
  })

  it.each([
    { name: 'a number', body: { documents: [{ card: 4111111111111111 }] }, what: 'as a number' },
    {
      name: 'the model',
      body: { model: `or/${['AKIA', 'Q1W2E3R4T5Y6U7I8'].join('')}` },
      what: 'name of its model',
    },
  ])('refuses what stands in $name', ({ body, what }) => {
    const error = errorOf(() => redacted(JSON.stringify({ model: 'auto', messages: [], ...body })))
    expect(error).toMatchObject({ code: 'redaction_failed', message: expect.stringContaining(what) })
  })

  it('spans a secret over two parts', () => {
    const content = [
      { type: 'text', text: 'password:' },
      { type: 'text', text: 'Tr0ub4dor&3 ok' },
    ]
    const body = JSON.stringify({ model: 'auto', messages: [{ role: 'user', content }] })
    expect(redacted(body)).toBe(body.replace('Tr0ub4dor&3', '[SECRET:password]'))
  })

  it('replaces only what the named detectors found', () => {
    const body = JSON.stringify({ model: 'auto', input: 'ada@example.org on Hermes' })
    expect(redacted(body, { detectors: ['pii'], surface: 'embeddings' })).toBe(
      '{"model":"auto","input":"[EMAIL] on Hermes"}',
    )
    expect(redacted(body, { detectors: ['secrets'], surface: 'embeddings' })).toBe(body)
  })

  it('refuses what stands in the name of a field', () => {
    const body = JSON.stringify({ model: 'auto', messages: [], metadata: { 'ada@example.org': 'x' } })
    expect(errorOf(() => redacted(body))).toMatchObject({ code: 'redaction_failed', status: 400 })
  })

  it.each([
    { name: 'text beyond the bound', content: 'word '.repeat(300_000) },
    { name: 'an image', content: [{ type: 'image_url', image_url: { url: 'https://x.test/a' } }] },
    { name: 'a file', content: [{ type: 'file', file: { file_id: 'f' } }] },
  ])('refuses what was not looked at: $name', ({ content }) => {
    const body = JSON.stringify({ model: 'auto', messages: [{ role: 'user', content }] })
    expect(errorOf(() => redacted(body))).toMatchObject({
      code: 'redaction_failed',
      message: expect.stringContaining('could not be scanned'),
    })
  })

  it('shows a model that helps to decide the last turn without what was found', () => {
    const turn = (content: unknown): (string | undefined)[] | undefined => {
      const messages = [
        { role: 'user', content: 'hermes' },
        { role: 'user', content },
      ]
      const request = parseModelRequest(new TextEncoder().encode(JSON.stringify({ model: 'auto', messages })))
      const classified = classify(request, { client: 'crew', surface: 'chat', table, headers: {} })
      return redactedTurn(classified)?.map(({ text }) => text)
    }
    expect(turn('Hermes, ada@example.org!')).toEqual(['[CODENAME], [EMAIL]!'])
    expect(turn('word '.repeat(300_000))).toBeUndefined()
  })

  it('refuses what is still found afterwards', () => {
    const content = 'Hermes and Hermes'
    const body = JSON.stringify({ model: 'auto', messages: [{ role: 'user', content }] })
    const request = parseModelRequest(new TextEncoder().encode(body))
    const options = { surface: 'chat' as const, table, detectors: ['codename'] }
    const { parts, findings, facts } = classify(request, {
      client: 'crew',
      surface: 'chat',
      table,
      headers: {},
    })
    expect(findings).toHaveLength(2)
    const half = { parts, findings: findings.slice(0, 1), facts }
    expect(errorOf(() => redact(request.body, half, options))).toMatchObject({ code: 'redaction_failed' })
  })

  it('lets nothing through that it found, wherever it stands', () => {
    const planted = ['ada@example.org', `sk-${'b2'.repeat(12)}`, '4111 1111 1111 1111', 'hermes']
    const filler = constantFrom('', 'hello ', '\n', '"', '\\', 'é', ' {', '日本', ', ')
    assert(
      property(
        array(array(filler, { maxLength: 4 }), { minLength: 4, maxLength: 4 }),
        array(integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 6 }),
        (around, picks) => {
          const text = picks.map((pick, i) => ` ${around[i % 4]?.join('')} ${planted[pick]} `).join('')
          const messages = [
            { role: 'user', content: text },
            {
              role: 'assistant',
              tool_calls: [{ function: { name: 'f', arguments: JSON.stringify({ text }) } }],
            },
            { role: 'tool', content: [{ type: 'text', text }] },
          ]
          const left = redacted(JSON.stringify({ model: 'auto', messages }))
          for (const secret of planted) expect(left).not.toContain(secret)
          expect(() => JSON.parse(left) as unknown).not.toThrow()
        },
      ),
    )
  })
})
