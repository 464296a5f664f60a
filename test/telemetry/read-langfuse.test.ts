/** What was sent is read back from a server that answers as Langfuse's own document says, of today and of before. */
import { describe, expect, it, onTestFinished } from 'vitest'
import { createLangfuseSink } from '../../src/adapters/langfuse/langfuse-sink.ts'
import { readLangfuse, type ReadTrace } from '../../src/control/doctor/read-langfuse.ts'
import { makeEntry, TRACE } from '../src/adapters/tracing/make-entry.ts'
import { NOON } from '../src/make-record.ts'
import { documentNote } from './langfuse-document.ts'
import { createStandIn, type LangfuseStandIn } from './langfuse-stand-in.ts'

const KEYS = { publicKey: 'pk-lf-1', secretKey: 'sk-lf-1' }

async function standIn(
  version: string,
): Promise<{ server: LangfuseStandIn; read: (id: string) => Promise<ReadTrace> }> {
  const server = await createStandIn(version, KEYS)
  await server.up()
  onTestFinished(() => server.down())
  return { server, read: (id) => readLangfuse({ url: server.url, ...KEYS }, id, NOON) }
}

describe.each(['4.16.0', '3.63.0', '2.95.1'])(`Langfuse %s${documentNote}`, (version) => {
  it('gives back what was sent', async () => {
    const { server, read } = await standIn(version)
    const sink = createLangfuseSink({ url: server.url, ...KEYS, environment: null, version: '1.2.3' })
    onTestFinished(() => sink.close())
    const failures = [{ backend: 'old', model: 'm', cause: 'timeout' as const, ms: 100 }]
    await sink.send([makeEntry({ failures, attempts: 2 })], new AbortController().signal)
    const found = await read(TRACE)
    if (found.kind !== 'found') throw new Error(JSON.stringify(found))
    const root = TRACE.slice(16)
    expect(
      found.observations.map(({ name, type, parentObservationId }) => [name, type, parentObservationId]),
    ).toEqual([
      ['chat', 'SPAN', null],
      ['attempt old/m', 'SPAN', root],
      ['chat coder', 'GENERATION', root],
    ])
    expect(Date.parse(found.observations[0]?.startTime ?? '')).toBe(NOON)
    expect(await read('ab'.repeat(16))).toEqual({ kind: 'missing' })
    expect(server.problems).toEqual([])
  })

  it('says why it cannot be asked', async () => {
    const { server, read } = await standIn(version)
    await server.down()
    expect(await read(TRACE)).toEqual({ kind: 'failed', why: 'ECONNREFUSED' })
  })
})
