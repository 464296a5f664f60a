/** Secrets in all that clients and backends say: nobody finds them where they do not belong. */
import { describe, expect, it, onTestFinished } from 'vitest'
import { allSecrets, CLIENTS, OTHER_PLACES, RECORDS_OF_CLIENT, secretOf, TEXT_PLACES } from './canaries.ts'
import { startCanaryGateway, type Writing } from './canary-gateway.ts'
import { createStandIn } from './langfuse-stand-in.ts'
import { KEYS } from './traced-gateway.ts'

const DELIVERED_WITHIN_MS = 60_000
const EVERYWHERE = [...TEXT_PLACES, ...OTHER_PLACES]
const RECORDS = CLIENTS.length * RECORDS_OF_CLIENT

/** Which secrets are in them, and where. */
function foundIn(writings: readonly Writing[], secrets: ReadonlyMap<string, string>): string[] {
  const found = writings.flatMap(({ name, text }) =>
    [...secrets].flatMap(([secret, value]) => (text.includes(value) ? [`${secret} in ${name}`] : [])),
  )
  return [...new Set(found)].toSorted()
}

/** Places of a client whose secrets are in them. */
function placesIn(writings: readonly Writing[], client: (typeof CLIENTS)[number]): string[] {
  return EVERYWHERE.filter((place) => writings.some(({ text }) => text.includes(secretOf(client, place))))
}

describe.each(['workerd', 'node'] as const)('on %s', (runtime) => {
  it('secrets are nowhere but in the text of traces that may hold it', { timeout: 180_000 }, async () => {
    const sink = await createStandIn('4.16.0', KEYS)
    onTestFinished(() => sink.down())
    const canaries = await startCanaryGateway(runtime, sink.url)
    onTestFinished(() => canaries.close())
    const { gateway } = canaries
    const taken = (): Writing[] => sink.received.map((text) => ({ name: 'what the sink was sent', text }))

    for (const client of CLIENTS) await canaries.ask(client)
    await expect.poll(() => canaries.records().length, { timeout: 20_000 }).toBe(RECORDS)

    // While they wait, the text of `open` lies in the database, which shows that it would be found; no other does.
    const waiting = await canaries.files()
    expect(placesIn(waiting, 'open')).toEqual([...TEXT_PLACES])
    const said = allSecrets(EVERYWHERE)
    for (const place of TEXT_PLACES) said.delete(`${place} of open`)
    expect(foundIn(waiting, said)).toEqual([])

    await sink.up()
    const traced = (): number => new Set(sink.observations.map(({ traceId }) => traceId)).size
    await expect.poll(traced, { timeout: DELIVERED_WITHIN_MS, interval: 200 }).toBe(RECORDS)
    expect(sink.problems).toEqual([])
    expect(placesIn(taken(), 'open')).toEqual([...TEXT_PLACES])
    expect(foundIn(taken(), said)).toEqual([])
    const masks = sink.observations.filter(({ fields }) =>
      JSON.stringify(fields).includes('[SECRET:aws-key]'),
    )
    expect(masks.length).toBeGreaterThan(0)

    const answers = await canaries.admin()
    expect(answers.length).toBeGreaterThan(RECORDS)
    await gateway.stop()
    const printed = { name: 'what the gateway printed', text: gateway.lines() }
    const left = [...answers, printed, ...(await canaries.files())]
    expect(foundIn(left, allSecrets(EVERYWHERE))).toEqual([])
  })
})
