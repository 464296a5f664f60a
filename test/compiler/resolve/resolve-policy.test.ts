/**
 * The parts of a policy that are neither names, models nor conditions.
 */
import { describe, expect, it } from 'vitest'
import { resolveDocuments, type Documents } from './resolve-documents.ts'

const TRACE = { sink: 'langfuse', zone: 'lan', publicKey: { env: 'P' }, secretKey: { env: 'S' } }

const LABELS = {
  private: { mayReach: 'local' },
  internal: { mayReach: 'lan', trace: 'none', onDenied: 'block' },
}

describe('labels', () => {
  it('bound zones by rank, and remember what was written', async () => {
    const { policy } = await resolveDocuments({ policy: { labels: LABELS } })
    expect(policy.labels.get('private')).toMatchObject({
      label: { mayReach: 2, onDenied: null, trace: 'metadata-only', cache: 'none' },
      onDeniedAt: null,
      traceAt: null,
      cacheAt: null,
    })
    expect(policy.labels.get('internal')).toMatchObject({
      label: { mayReach: 1, onDenied: { kind: 'block' }, trace: 'none' },
      onDeniedAt: { path: ['labels', 'internal', 'onDenied'] },
      traceAt: { path: ['labels', 'internal', 'trace'] },
    })
  })
})

describe('classify', () => {
  it('has defaults for all that is left out', async () => {
    const { policy } = await resolveDocuments({
      policy: {
        labels: LABELS,
        surfaces: ['chat'],
        classify: { privacy: { label: 'private' }, injection: {} },
      },
    })
    expect(policy.classify).toEqual({
      scanBytes: 1024 ** 2,
      images: 'label',
      decode: 1,
      privacy: {
        detectors: ['secrets', 'pii'],
        patterns: [],
        entropy: { threshold: 4, minLength: 24 },
        allow: { values: [], domains: [], networks: [] },
        off: [],
        atLeast: {},
        label: 'private',
        surfaces: ['chat'],
      },
      injection: {
        action: 'flag',
        thresholds: { user: 0.55, tool: 0.7, document: 0.7 },
        off: [],
        model: true,
        surfaces: ['chat'],
      },
      complexity: { simpleTokens: 256, mediumTokens: 1024, code: [], reasoning: [], classifier: null },
    })
    expect(policy.guards).toEqual({
      privacy: { file: 'policy', path: ['classify', 'privacy'] },
      injection: { file: 'policy', path: ['classify', 'injection'] },
      complexity: null,
    })
  })

  it('takes what is allowed, what is off and what counts in numbers', async () => {
    const patterns = [{ id: 'gone', regex: 'gone' }]
    const { policy, codes } = await resolveDocuments({
      policy: {
        labels: LABELS,
        surfaces: ['chat'],
        classify: {
          scan: { decode: 'off' },
          privacy: {
            label: 'private',
            patterns,
            allow: { values: ['two', 'one', 'two'], domains: ['Example.com'], networks: ['10.0.0.0/8'] },
            kinds: { gone: 'off', ip: 'off', phone: { atLeast: 3 } },
          },
          injection: { families: { markup: 'off' }, model: 'off' },
        },
      },
    })
    expect(codes).toEqual([])
    expect(policy.classify).toMatchObject({
      decode: 0,
      privacy: {
        // One that is off is not in the table at all.
        patterns: [],
        allow: { values: ['one', 'two'], domains: ['example.com'], networks: ['10.0.0.0/8'] },
        off: ['ip'],
        atLeast: { phone: 3 },
      },
      injection: { off: ['markup'], model: false },
    })
  })

  it('guards nothing when it says nothing', async () => {
    const { policy } = await resolveDocuments({})
    expect(policy.classify).toMatchObject({ privacy: null, injection: null })
    expect(policy.guards).toEqual({ privacy: null, injection: null, complexity: null })
  })

  it('gives a pattern the label of the guard, or its own', async () => {
    const patterns = [
      { id: 'a', regex: '(?i)a' },
      { id: 'b', regex: 'b', label: 'internal' },
    ]
    const { policy } = await resolveDocuments({
      policy: { labels: LABELS, classify: { privacy: { label: 'private', patterns, surfaces: ['chat'] } } },
    })
    expect(policy.classify.privacy?.patterns).toMatchObject([
      { id: 'a', source: 'a', flags: 'iu', label: 'private' },
      { id: 'b', source: 'b', flags: 'u', label: 'internal' },
    ])
    expect(policy.patterns.map(({ at }) => at.path.slice(-2))).toEqual([
      [0, 'regex'],
      [1, 'regex'],
    ])
  })

  const redactions: [string, Record<string, unknown> | undefined, string[]][] = [
    ['a detector that runs', { label: 'private', detectors: ['pii'] }, []],
    ['a detector that runs by default', { label: 'private' }, []],
    ['a detector that does not run', { label: 'private', detectors: ['secrets'] }, ['resolve/unknown-name']],
    ['no detector at all', undefined, ['resolve/unknown-name']],
  ]
  it.each(redactions)('a redaction names %s', async (_, privacy, codes) => {
    const rules = { main: [{ id: 'hide', redact: { detectors: ['pii'], relabel: 'none' } }] }
    const classify = privacy === undefined ? {} : { privacy }
    const resolved = await resolveDocuments({ policy: { labels: LABELS, classify, rules } })
    expect(resolved.codes).toEqual(codes)
  })
})

describe('rules', () => {
  const rows: [string, Record<string, unknown>, Record<string, unknown>][] = [
    [
      'block with 403',
      { block: { message: 'no' } },
      { action: { kind: 'block', status: 403, message: 'no' } },
    ],
    ['force', { to: 'fast', force: true }, { action: { kind: 'route', to: 'fast', force: true } }],
    ['go on', { addTags: ['a'] }, { action: { kind: 'continue' }, addTags: ['a'], redact: null }],
    [
      'bound parameters on one side or both',
      { clamp: { max_tokens: { max: 9 }, top_p: { min: 0, max: 0 } }, set: { seed: 1 } },
      { clamp: { max_tokens: { min: null, max: 9 }, top_p: { min: 0, max: 0 } }, set: { seed: 1 } },
    ],
    ['keep labels', { redact: { detectors: ['pii'] } }, { redact: { detectors: ['pii'], relabel: null } }],
    [
      'take labels away',
      { redact: { detectors: ['pii'], relabel: 'none' } },
      { redact: { detectors: ['pii'], relabel: { to: null } } },
    ],
    [
      'replace labels',
      { redact: { detectors: ['pii'], relabel: 'internal' } },
      { redact: { detectors: ['pii'], relabel: { to: 'internal' } } },
    ],
  ]
  it.each(rows)('%s', async (_, config, rule) => {
    const { policy, codes } = await resolveDocuments({
      policy: {
        labels: LABELS,
        classify: { privacy: { label: 'private' } },
        rules: { main: [{ id: 'only', ...config }] },
      },
    })
    expect(codes).toEqual([])
    expect(policy.rulesets.get('main')?.rules[0]?.rule).toMatchObject({ id: 'only', when: null, ...rule })
  })
})

describe('bounds of parameters', () => {
  const rows: [string, Record<string, { min?: number; max?: number }>, string[]][] = [
    ['may be any numbers', { temperature: { min: -1, max: 0.5 }, top_p: { min: 0, max: 0 } }, []],
    ['count from 1', { max_tokens: { min: 1, max: 1 }, top_k: { min: 1 } }, []],
    ['count no halves', { max_tokens: { max: 0.5 } }, ['resolve/out-of-range']],
    [
      'count at least one',
      { top_k: { min: 0, max: -1 } },
      ['resolve/out-of-range', 'resolve/out-of-range', 'resolve/empty-range'],
    ],
    ['leave something between them', { temperature: { min: 1, max: 0 } }, ['resolve/empty-range']],
  ]
  it.each(rows)('%s', async (_, clamp, codes) => {
    const rules = { main: [{ id: 'only', clamp }] }
    expect((await resolveDocuments({ policy: { rules } })).codes).toEqual(codes)
  })
})

describe('limits of use', () => {
  it('are numbers with their places', async () => {
    const { policy } = await resolveDocuments({
      policy: {
        limits: {
          requests: '5/min',
          tokens: '2M/day',
          concurrent: 3,
          perAddress: { tokens: '1k/min', concurrent: 2 },
        },
      },
      models: { capped: { targets: ['gpu/small'], limits: { tokens: '9k/h' } } },
      clients: {
        app: {
          keys: [{ env: 'A' }],
          models: ['fast'],
          limits: { tokens: '200k/h' },
          budget: [{ usd: '2.50/month', warnAt: 50 }, { usd: '1/day' }],
        },
      },
    })
    expect(policy.usage).toMatchObject({
      requests: { value: { count: 5, windowMs: 60_000 } },
      tokens: { value: { count: 2_000_000, windowMs: 86_400_000 } },
      concurrent: { value: 3, at: { path: ['limits', 'concurrent'] } },
    })
    expect(policy.clients.get('app')).toMatchObject({
      limits: {
        requests: null,
        tokens: { value: { count: 200_000, windowMs: 3_600_000 } },
        concurrent: null,
      },
      budgets: [
        { usd: 2.5, per: 'month', warnAt: 50, at: { path: ['clients', 'app', 'budget', 0, 'usd'] } },
        { usd: 1, per: 'day', warnAt: 80, at: { path: ['clients', 'app', 'budget', 1, 'usd'] } },
      ],
    })
    expect(policy.clients.get('home')).toMatchObject({ budgets: [] })
    expect(policy.perAddress).toMatchObject({
      requests: null,
      tokens: { value: { count: 1000 } },
      concurrent: { value: 2 },
    })
    expect(policy.models.get('capped')).toMatchObject({
      limits: { tokens: { value: { count: 9000 }, at: { path: ['models', 'capped', 'limits', 'tokens'] } } },
    })
  })

  it('hold one budget for a day and one for a month', async () => {
    const budget = [{ usd: '2/day' }, { usd: '9/month' }, { usd: '3/day' }]
    const clients = { app: { keys: [{ env: 'A' }], models: '*', budget } }
    const { policy, diagnostics } = await resolveDocuments({ clients })
    expect(diagnostics.map(({ code, message }) => [code, message])).toEqual([
      ['resolve/out-of-range', 'there are two budgets for a day'],
    ])
    expect(policy.clients.get('app')?.budgets.map(({ usd }) => usd)).toEqual([2, 9])
  })
})

describe('clients', () => {
  const grants: [string[], string[]][] = [
    [['fast', 'f*', '*'], []],
    [['open/x', 'open/*', 'open/x*', 'o*'], []],
    [['slow'], ['resolve/unknown-model']],
    [['slow*', 'fast'], ['resolve/unknown-model']],
  ]
  it.each(grants)('are granted %j', async (models, codes) => {
    const resolved = await resolveDocuments({
      models: { 'open/*': { targets: ['gpu/small'] } },
      clients: { app: { keys: [{ env: 'A' }], models } },
    })
    expect(resolved.codes).toEqual(codes)
  })

  it('carry tags and labels', async () => {
    const { policy } = await resolveDocuments({
      policy: { labels: LABELS },
      clients: { app: { keys: [{ env: 'A' }], models: '*', tags: ['x'], labels: ['private'] } },
    })
    expect(policy.clients.get('app')).toMatchObject({
      tags: ['x'],
      labels: [{ name: 'private', at: { path: ['clients', 'app', 'labels', 0] } }],
      models: null,
    })
  })
})

describe('the time zone', () => {
  const rows: [string, string, string[]][] = [
    ['Europe/Berlin', 'Europe/Berlin', []],
    ['Europe/Berln', 'UTC', ['resolve/unknown-time-zone']],
    ['Nowhere', 'UTC', ['resolve/unknown-time-zone']],
  ]
  it.each(rows)('%s', async (timeZone, used, codes) => {
    const resolved = await resolveDocuments({ policy: { timeZone } })
    expect([resolved.policy.timeZone, resolved.codes]).toEqual([used, codes])
  })
})

describe('trace', () => {
  const keys = { publicKey: { env: 'P' }, secretKey: { env: 'S' } }
  const rows: [string, Record<string, unknown>, Record<string, unknown>][] = [
    ['with defaults', {}, { url: 'http://h:80', environment: null, backlog: 100_000 }],
    ['under a path', { url: 'https://h/langfuse/' }, { url: 'https://h:443/langfuse' }],
    ['as it says', { environment: 'prod', backlog: 500 }, { environment: 'prod', backlog: 500 }],
  ]
  it.each(rows)('%s', async (_, config, expected) => {
    const { policy } = await resolveDocuments({ policy: { trace: { ...TRACE, url: 'http://h', ...config } } })
    expect(policy.sinks.trace.map((sink) => sink.policy)).toMatchObject([
      { kind: 'langfuse', content: 'metadata-only', ...keys, ...expected },
    ])
  })

  const otlp: [string, Record<string, unknown>, Record<string, unknown>][] = [
    ['with defaults', {}, { url: 'http://h:80/v1/traces', environment: null, headers: {}, backlog: 100_000 }],
    ['under its own path', { url: 'https://h/in/' }, { url: 'https://h:443/in' }],
    [
      'as it says',
      { content: 'full', headers: { 'X-Key': { env: 'K' } } },
      { content: 'full', headers: { 'x-key': { env: 'K' } } },
    ],
  ]
  it.each(otlp)('beside an otlp one %s', async (_, config, expected) => {
    const second = { sink: 'otlp', url: 'http://h', zone: 'lan', ...config }
    const { policy, codes } = await resolveDocuments({
      policy: { trace: [{ ...TRACE, url: 'http://h' }, second] },
    })
    expect(codes).toEqual([])
    expect(policy.sinks.trace.map((sink) => sink.policy)).toMatchObject([
      { kind: 'langfuse' },
      { kind: 'otlp', ...expected },
    ])
  })
})

describe('notInForce', () => {
  const url = 'http://h'
  const rows: [string, Documents, string[]][] = [
    ['nothing', {}, []],
    [
      'sinks',
      { policy: { trace: { ...TRACE, url, content: 'full' }, cache: { zone: 'lan', ttl: '1h' } } },
      ['cache'],
    ],
  ]
  it.each(rows)('%s', async (_, documents, what) => {
    const { policy } = await resolveDocuments(documents)
    expect(policy.notInForce.map((entry) => entry.what)).toEqual(what)
  })
})
