/** Runs a suite once per runtime, each time with a gateway and an upstream of its own. */
import { afterAll, beforeAll, describe } from 'vitest'
import { startUpstream } from '../../upstream/recording-upstream.ts'
import type { RecordingUpstream } from '../../upstream/recording-upstream.ts'
import { createClient } from './client.ts'
import type { Client } from './client.ts'
import { secrets, testPolicies } from './policies.ts'
import type { PolicyOptions } from './policies.ts'
import { startGateway } from './start-gateway.ts'
import type { Gateway, Policies, Runtime } from './start-gateway.ts'

const RUNTIMES: readonly Runtime[] = ['workerd', 'node']

/** What a test works with. The fields are there from the first `beforeAll` on. */
export interface Bench {
  runtime: Runtime
  gateway: Gateway
  upstream: RecordingUpstream
  /** Calls over TLS, with the client key of the state folder unless told otherwise. */
  client: Client
}

/**
 * Starts once per runtime and shares it between all tests of `suite`.
 * @param options what the suite cares about, or its own policies for an upstream at that origin
 */
export function describeRuntimes(
  options: PolicyOptions | ((upstream: string) => Policies),
  suite: (bench: Bench) => void,
): void {
  const policiesFor = (upstream: string): Policies =>
    typeof options === 'function' ? options(upstream) : testPolicies(upstream, options)
  describe.each(RUNTIMES)('on %s', (runtime) => {
    const bench = { runtime } as Bench

    beforeAll(async () => {
      bench.upstream = await startUpstream()
      bench.gateway = await startGateway({
        runtime,
        ...policiesFor(bench.upstream.origin),
        env: secrets,
      })
      bench.client = createClient(bench.gateway)
    })

    afterAll(async () => {
      bench.client?.close()
      await bench.gateway?.stop()
      await bench.upstream?.close()
    })

    suite(bench)
  })
}
