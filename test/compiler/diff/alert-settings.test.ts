import { describe, expect, it } from 'vitest'
import { ofAlert, ofReceiver, ofSink } from '../../../compiler/diff/alert-settings.ts'
import type { Alert, AlertScope } from '../../../src/table/alert-policy.ts'

const ANY: AlertScope = { clients: null, models: null, backends: null, rules: null }
const requests = { scope: ANY, overMs: 300_000, atLeast: 20 }

function alert(fields: Partial<Alert> & Pick<Alert, 'measure'>): Alert {
  return {
    side: 'above',
    bound: 10,
    clearsAt: 8,
    forMs: 60_000,
    clearsAfterMs: 300_000,
    repeatMs: 14_400_000,
    to: ['ops'],
    ...fields,
  }
}

describe('an alert in words', () => {
  it('tells all of it, what says most first', () => {
    const scope = { clients: ['crew', 'home'], models: ['big'], backends: ['gpu'], rules: ['main/forced'] }
    const found = ofAlert(alert({ measure: { kind: 'error-rate', ...requests, scope } }))
    expect(Object.entries(found)).toEqual([
      ['watches', 'errorRate above 10 %, client crew, home, model big, backend gpu, rule main/forced'],
      ['to', 'told to ops'],
      ['over', '5m'],
      ['atLeast', '20 requests'],
      ['clearsAt', '8 %'],
      ['for', '1m'],
      ['clearsAfter', '5m'],
      ['repeat', '4h'],
    ])
  })

  it('has no bounds for what is down or is not', () => {
    const down = { kind: 'backend-down', backends: ['a', 'b'] } as const
    expect(
      ofAlert(alert({ measure: { ...down, backends: [...down.backends] }, to: [], repeatMs: null })),
    ).toEqual({
      watches: 'backendDown a, b',
      to: 'only the log is told',
      for: '1m',
      clearsAfter: '5m',
      repeat: 'off',
    })
  })

  it.each<[Alert['measure'], Partial<Alert>, string]>([
    [{ kind: 'p95', ...requests }, { bound: 5000 }, 'p95 above 5s'],
    [{ kind: 'first-token', ...requests }, { bound: 1500 }, 'firstToken above 1500ms'],
    [{ kind: 'trace-age' }, { bound: 900_000 }, 'traceAge above 15m'],
    [{ kind: 'cache-rate', ...requests }, { side: 'below', bound: 40 }, 'cacheRate below 40 %'],
    [{ kind: 'budget', clients: ['crew'] }, { bound: 80 }, 'budget above 80 %, client crew'],
  ])('%j', (measure, fields, watches) => {
    expect(ofAlert(alert({ measure, ...fields }))['watches']).toBe(watches)
  })
})

it('a receiver in words', () => {
  const webhook = { env: 'OPS' }
  expect([ofReceiver({ webhook, username: null }), ofReceiver({ webhook, username: 'aicc' })]).toEqual([
    { webhook: 'OPS', username: "the webhook's own name" },
    { webhook: 'OPS', username: 'aicc' },
  ])
})

describe('a sink of traces in words', () => {
  const common = { url: 'http://sink.test', content: 'redacted', environment: null, backlog: 1000 } as const
  const first = {
    url: 'http://sink.test',
    content: 'redacted',
    environment: 'its default',
    backlog: '1000 traces',
  }
  it('tells where, what, and by which secrets', () => {
    const keys = { publicKey: { env: 'P' }, secretKey: { env: 'S' } }
    expect(ofSink({ kind: 'langfuse', ...common, ...keys })).toEqual({
      ...first,
      publicKey: 'P',
      secretKey: 'S',
    })
    const headers = { 'x-key': { env: 'K' } }
    expect(ofSink({ kind: 'otlp', ...common, headers, environment: 'prod' })).toEqual({
      ...first,
      environment: 'prod',
      'headers.x-key': 'K',
    })
  })
})
