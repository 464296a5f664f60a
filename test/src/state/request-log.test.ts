import { describe, expect, it } from 'vitest'
import { openDatabase } from '../../../src/adapters/sqlite/open-database.ts'
import { createRequestLog, type RequestLog } from '../../../src/state/request-log.ts'
import { createUsageBook, USAGE_MIGRATIONS } from '../../../src/state/usage-book.ts'
import { packRecords } from '../../../src/table/packed-records.ts'
import type { RequestRecord } from '../../../src/table/request-record.ts'
import { makeRecord, NOON } from '../make-record.ts'

interface Rig {
  log: RequestLog
  written: string[]
  told: string[]
  disk: { full: boolean }
  keep: (...records: RequestRecord[]) => void
}

function rig(): Rig {
  const written: string[] = []
  const told: string[] = []
  const disk = { full: false }
  const log = createRequestLog({
    append(text) {
      if (disk.full) throw new Error('ENOSPC')
      written.push(text)
    },
    tell: (level, line) => told.push(`${level}: ${line}`),
    now: () => NOON,
  })
  const keep = (...records: RequestRecord[]): void => {
    const database = openDatabase(':memory:', USAGE_MIGRATIONS)
    createUsageBook(database, log.observe).keep(packRecords(records))
    database.close()
    log.flush()
  }
  return { log, written, told, disk, keep }
}

const lines = (written: readonly string[]): unknown[] =>
  written
    .join('')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown)

describe('createRequestLog', () => {
  it('takes what is said of alerts, and no message of an edge', () => {
    const { log, written } = rig()
    log.note('warn', '{"event":"alert-firing","alert":"down","message":"FIRING `down`","cause":"x"}')
    log.note('info', '{"event":"alert-over","alert":"down","message":"OVER `down`"}')
    log.note('warn', '{"event":"attempt-failed","backend":"gpu","message":"canary"}')
    const event = { time: new Date(NOON).toISOString(), kind: 'event' }
    expect(lines(written)).toEqual([
      { ...event, level: 'warn', event: 'alert-firing', alert: 'down', message: 'FIRING `down`' },
      { ...event, level: 'info', event: 'alert-over', alert: 'down', message: 'OVER `down`' },
      { ...event, level: 'warn', event: 'attempt-failed', backend: 'gpu' },
    ])
  })

  it('writes a line for each request, a batch at once', () => {
    const { keep, written } = rig()
    keep(
      makeRecord({ id: 'a', stream: true, firstTokenMs: 80, rule: 'main/else' }),
      makeRecord({ id: 'b', status: 429, error: 'rate_limit_exceeded', model: null, backend: null }),
      makeRecord({ id: 'c', status: 200, error: 'upstream_timeout' }),
      makeRecord({ id: 'd', status: 502, error: 'upstream_unreachable' }),
      makeRecord({ id: 'e', status: 200, error: 'client_gone' }),
    )
    expect(written).toHaveLength(1)
    const [first, ...others] = lines(written)
    expect(first).toEqual({
      time: '2026-11-21T12:00:00.500Z',
      level: 'info',
      kind: 'request',
      id: 'a',
      correlationId: 'c-a',
      client: 'crew',
      surface: 'chat',
      asked: 'fast',
      model: 'fast',
      backend: 'gpu',
      backendModel: 'coder',
      rule: 'main/else',
      status: 200,
      error: null,
      stream: true,
      attempts: 1,
      ms: 500,
      firstTokenMs: 80,
      overheadUs: 400,
      inputTokens: 100,
      outputTokens: 20,
      cost: 1_000_000,
    })
    expect(others).toMatchObject([
      { level: 'warn', model: null },
      { level: 'error' },
      { level: 'error' },
      { level: 'info' },
    ])
  })

  it.each([
    {
      name: 'an event of the edge, its known fields only',
      said: JSON.stringify({
        event: 'attempt-failed',
        correlationId: 'x',
        cause: 'connect',
        prompt: 'secret',
      }),
      level: 'warn' as const,
      line: { level: 'warn', event: 'attempt-failed', correlationId: 'x', cause: 'connect' },
    },
    {
      name: 'a broken stream',
      level: 'warn' as const,
      said: '{"event":"stream-broken","correlationId":"x"}',
      line: { level: 'error', event: 'stream-broken', correlationId: 'x' },
    },
    {
      name: 'a message, a line break in it',
      level: 'info' as const,
      said: 'policy d1\nin force',
      line: { level: 'info', event: 'message', message: 'policy d1\nin force' },
    },
    {
      name: 'what only looks like JSON',
      level: 'error' as const,
      said: '{no',
      line: { level: 'error', event: 'message', message: '{no' },
    },
  ])('writes $name', ({ said, level, line }) => {
    const { log, written } = rig()
    log.note(level, said)
    expect(lines(written)).toEqual([{ time: '2026-11-21T12:00:00.000Z', kind: 'event', ...line }])
  })

  it('loses lines that the disk does not take, says so once, and goes on', () => {
    const { log, written, told, disk } = rig()
    disk.full = true
    log.note('info', 'one')
    log.note('info', 'two')
    expect(told).toEqual(['error: the log is not written: ENOSPC'])
    disk.full = false
    log.note('info', 'three')
    expect(lines(written)).toMatchObject([{ message: 'three' }])
    disk.full = true
    log.note('info', 'four')
    expect(told).toHaveLength(2)
  })
})
