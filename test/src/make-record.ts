/** What is kept of a request, as the edge would make it. */
import type { RequestRecord } from '../../src/table/request-record.ts'

/** Noon UTC of a Saturday. */
export const NOON: number = Date.UTC(2026, 10, 21, 12)

export function makeRecord(fields: Partial<RequestRecord> & Pick<RequestRecord, 'id'>): RequestRecord {
  return {
    correlationId: `c-${fields.id}`,
    startedAt: NOON,
    endedAt: NOON + 500,
    client: 'crew',
    surface: 'chat',
    asked: 'fast',
    model: 'fast',
    backend: 'gpu',
    backendModel: 'coder',
    rule: null,
    digest: 'd1'.repeat(32),
    verdict: null,
    stream: false,
    status: 200,
    error: null,
    attempts: 1,
    firstTokenMs: null,
    overheadUs: 400,
    queuedMs: 0,
    usage: { input: 100, cachedInput: 0, output: 20, source: 'wire' },
    cost: 1_000_000,
    charges: [],
    ...fields,
  }
}
