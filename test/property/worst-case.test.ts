/** What the compiler prints as the worst case of a model is what the engine does when nothing answers. */
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { worstCase } from '../../compiler/check/worst-case.ts'
import type { FallbackConfig, ServedModelConfig } from '../../compiler/config/policy.ts'
import { toModel } from '../../compiler/emit/to-model.ts'
import { GatewayError } from '../../src/errors.ts'
import { startTries } from '../../src/pipeline/forward/attempts.ts'
import { AttemptFailure } from '../../src/pipeline/forward/upstream-error.ts'
import { FAILURE_CAUSES } from '../../src/table/failure-causes.ts'
import type { FailureCause, ServedModel, Target } from '../../src/table/route-table.ts'
import { resolveDocuments } from '../compiler/resolve/resolve-documents.ts'
import { rejectionOf } from '../src/error-of.ts'
import { makeTarget } from '../src/make-snapshot.ts'
import { makeExchange } from '../src/pipeline/forward/make-exchange.ts'

const PLACES = ['a/m', 'b/m', 'c/m', 'd/m']
const NAMES = ['m0', 'm1', 'm2']
/** Who has no room is not asked, so no attempt fails by that: with such fallbacks the figure is a bound. */
const CAUSES = FAILURE_CAUSES.filter((cause) => cause !== 'busy')

/** Fallbacks lead to later models or to places only, so that there is no cycle. */
function modelAt(index: number): fc.Arbitrary<ServedModelConfig> {
  const to = fc.constantFrom(...NAMES.slice(index + 1), ...PLACES)
  const on = fc.uniqueArray(fc.constantFrom<FallbackConfig['on'][number]>(...CAUSES), {
    minLength: 1,
  })
  return fc.record(
    {
      targets: fc.uniqueArray(fc.constantFrom(...PLACES), { minLength: 1, maxLength: 3 }),
      fallback: fc.array(fc.oneof(to, fc.record({ to, on })), { minLength: 1, maxLength: 3 }),
      // No wait worth the name: what is counted are the attempts.
      retry: fc.record({ times: fc.integer({ min: 0, max: 3 }), backoff: fc.constant('1ms') }),
    },
    { requiredKeys: ['targets', 'retry'] },
  )
}

const models = fc
  .tuple(...NAMES.map((_, i) => modelAt(i)))
  .map((all) => Object.fromEntries(all.map((model, i) => [NAMES[i] ?? '', model])))

it('of random models is met, and never exceeded', async () => {
  await fc.assert(
    fc.asyncProperty(models, async (configs) => {
      const place = { kind: 'openai', url: 'http://x.test', models: { m: { id: 'm' } } }
      const backends = { a: place, b: place, c: place, d: place }
      const { policy } = await resolveDocuments({ models: configs, backends })
      for (const name of NAMES) {
        const resolved = policy.models.get(name)
        if (resolved?.kind !== 'served') throw new Error(`${name} is not served`)
        const model = toModel(resolved, policy) as ServedModel
        expect(await attemptsOf(model)).toBe(worstCase(resolved, policy).attempts)
      }
    }),
    { numRuns: 150 },
  )
})

/** Every attempt fails, each by what makes for the most of them. */
async function attemptsOf(model: ServedModel): Promise<number> {
  const at = (key: string): Target => makeTarget({ backend: key.slice(0, 1), model: 'm' })
  const exchange = makeExchange(
    {},
    {
      model,
      table: { targets: Object.fromEntries(PLACES.map((place) => [place, at(place)])) },
      pool: model.pool.map(({ target }) => at(target)),
      fallback: model.fallback.map(({ target, on }) => ({ target: at(target), on })),
      retryBudget: { count: () => {}, take: () => true },
    },
  )
  const inPool = model.pool.length + model.retry.times
  await rejectionOf(
    startTries(exchange, Date.now() + 60_000).run(async (_, isCurable) => {
      const cause = exchange.journey.attempts < inPool ? 'error' : CAUSES.find(isCurable)
      throw new AttemptFailure(
        new GatewayError('upstream_error', 'down'),
        cause ?? ('error' satisfies FailureCause),
      )
    }),
  )
  return exchange.journey.attempts
}
