/** A request as the history has it. */
import type { HistoryEntry } from '../../../../src/table/history.ts'
import { NOON } from '../../make-record.ts'

const ID = '019ab3c4-d5e6-7f80-9123-456789abcdef'
export const TRACE = '019ab3c4d5e67f809123456789abcdef'

export function makeEntry(fields: Partial<HistoryEntry> = {}): HistoryEntry {
  return {
    seq: 1,
    id: ID,
    correlationId: 'run-17',
    startedAt: NOON,
    endedAt: NOON + 2000,
    client: 'crew',
    surface: 'chat',
    asked: 'fast',
    model: 'fast',
    backend: 'gpu',
    backendModel: 'coder',
    rule: 'main/else',
    digest: 'd1'.repeat(32),
    stream: true,
    status: 200,
    error: null,
    attempts: 1,
    failures: [],
    firstTokenMs: 350,
    overheadUs: 400,
    queuedMs: 0,
    tags: [],
    lost: 0,
    inputTokens: 100,
    cachedInputTokens: 30,
    outputTokens: 20,
    estimated: false,
    cost: 1_500_000,
    verdict: null,
    ...fields,
  }
}
