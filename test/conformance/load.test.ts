/** Many streams at once, and one reader that is slow: the gateway keeps pace and keeps nothing. */
import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { DONE, ROLE, chunk, paced, text } from '../upstream/reply.ts'
import { streamOf } from './harness/client.ts'
import { describeRuntimes } from './harness/describe-runtimes.ts'

const MiB = 1024 * 1024
const STREAMS = 200
const EVENTS = 20
const FLOOD = 200 * MiB
/** Socket buffers on both sides and a few chunks under way; far below what the backend would give. */
const MAX_TAKEN = 24 * MiB
/** While the reader stands still. */
const MAX_GROWTH = 64 * MiB
/** While it reads at full speed: chunks that were handed on and are not yet collected. */
const MAX_GARBAGE = 160 * MiB

/** Resident memory of a process in bytes. */
async function residentBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) * 1024
}

const options = {
  models: { many: {}, flood: {}, 'flood-idle': { timeouts: { idle: '1500ms' } } },
}

describeRuntimes(options, (bench) => {
  it(`carries ${STREAMS} streams side by side, each whole`, async () => {
    bench.upstream.reply('mock/many', paced(EVENTS, 50))
    const expected = [
      ROLE,
      ...Array.from({ length: EVENTS }, (_, i) => text(`w${i} `)),
      chunk({ finish: 'stop' }),
      DONE,
    ]
    const answers = await Promise.all(
      Array.from({ length: STREAMS }, async () => await bench.client.chat(streamOf('many'))),
    )
    expect(new Set(answers.map((a) => a.status))).toEqual(new Set([200]))
    expect(new Set(answers.map((a) => a.text))).toEqual(new Set([expected.join('')]))
  })

  it('takes no more from the backend than a slow reader takes from it', async () => {
    bench.upstream.reply('mock/flood', [
      { send: ROLE + text('begin') },
      { flood: FLOOD },
      { send: chunk({ finish: 'stop' }) + DONE },
    ])
    const before = await residentBytes(bench.gateway.run.edgePid)
    const answer = await bench.client.open({ body: streamOf('flood') })
    answer.body.pause()

    // The backend's count stands still once every buffer on the way is full.
    const seen = await bench.upstream.waitFor('mock/flood', (r) => r.sentBytes > 0)
    let taken = -1
    while (taken !== seen.sentBytes) {
      taken = seen.sentBytes
      await sleep(500)
    }
    expect(taken).toBeLessThan(MAX_TAKEN)
    expect((await residentBytes(bench.gateway.run.edgePid)) - before).toBeLessThan(MAX_GROWTH)

    // Reading on at full speed brings the rest, still without hoarding it.
    let read = 0
    for await (const part of answer.body) read += (part as Buffer).length
    expect(read).toBeGreaterThan(FLOOD)
    expect((await residentBytes(bench.gateway.run.edgePid)) - before).toBeLessThan(MAX_GARBAGE)
  })

  it('gives up on a reader that takes nothing at all', async () => {
    bench.upstream.reply('mock/flood-idle', [{ send: ROLE + text('begin') }, { flood: FLOOD }])
    const answer = await bench.client.open({ body: streamOf('flood-idle') })
    answer.body.pause()
    answer.body.on('error', () => {})
    await bench.upstream.waitFor('mock/flood-idle', (r) => r.aborted, 10_000)
    answer.vanish()
  })
})
