import { describe, expect, it } from 'vitest'
import { forwardBuffered } from '../../../../src/pipeline/forward/forward-buffered.ts'
import { translatable } from '../../../../src/pipeline/forward/translations.ts'
import type { ServedModel, Target } from '../../../../src/table/route-table.ts'
import { errorOf, rejectionOf } from '../../error-of.ts'
import { makeModel, makeTarget, plainly } from '../../make-snapshot.ts'
import { makeExchange, type TestExchange } from './make-exchange.ts'

const NATIVE = makeTarget()
const CLAUDE = makeTarget({ backend: 'claude', speaks: ['messages'] })
const SPARE = makeTarget({ backend: 'spare', model: 'small', id: 'llama3.2' })
const HI = '"messages":[{"role":"user","content":"hi"}]'
const PLAIN = `{"model":"safe",${HI}}`
/** Anthropic gives one answer, and knows no seed. */
const TWO = `{"model":"safe","n":2,${HI}}`
const SEEDED = `{"model":"safe","seed":2,${HI}}`

const down = (): Response => Response.json({ error: { message: 'down' } }, { status: 500 })
const answer = (): Response => Response.json({ id: 'x' })

function exchangeOf(body: string, translation?: ServedModel['translation']): TestExchange {
  const model = makeModel(translation === undefined ? {} : { translation })
  const targets = { 'gpu/coder': NATIVE, 'claude/coder': CLAUDE, 'spare/small': SPARE }
  return makeExchange({ gpu: down, claude: down, spare: answer }, { body, model, table: { targets } })
}

function split(pool: Target[], fallback: Target[]): Parameters<typeof translatable>[0] {
  return { pool, fallback: fallback.map((target) => ({ target, on: plainly('x').on })) }
}

describe('translatable', () => {
  it('makes nothing of a request that is told to its pool as it is', () => {
    const targets = split([NATIVE], [CLAUDE])
    expect(translatable(targets, exchangeOf(TWO))).toEqual({ ...targets, translations: null })
  })

  it.each([
    { name: 'what can be told', body: PLAIN, pool: [CLAUDE, NATIVE] },
    { name: 'what cannot', body: TWO, pool: [NATIVE] },
    { name: 'what loses something', body: SEEDED, pool: [CLAUDE, NATIVE] },
    { name: 'what loses something', body: SEEDED, translation: 'lossless' as const, pool: [NATIVE] },
  ])('leaves of a pool who can be told $name', ({ body, translation, pool }) => {
    const targets = split([CLAUDE, NATIVE], [CLAUDE])
    expect(translatable(targets, exchangeOf(body, translation))).toMatchObject({
      pool,
      fallback: [{ target: CLAUDE }],
    })
  })

  it('looks at the fallbacks where nobody of the pool is left', () => {
    expect(translatable(split([CLAUDE], [CLAUDE, NATIVE]), exchangeOf(TWO))).toMatchObject({
      pool: [],
      fallback: [{ target: NATIVE }],
    })
  })

  it('says why nobody can be told', () => {
    const error = errorOf(() => translatable(split([CLAUDE], [CLAUDE]), exchangeOf(TWO)))
    expect(error).toMatchObject({ code: 'not_translatable', options: { param: 'n' } })
    const lossy = errorOf(() => translatable(split([CLAUDE], []), exchangeOf(SEEDED, 'lossless')))
    expect(lossy).toMatchObject({ code: 'translation_lossy', options: { param: 'seed' } })
  })
})

describe('a fallback that cannot be told', () => {
  it('is passed over, and is no attempt', async () => {
    const exchange = exchangeOf(TWO)
    const fallback = split([], [CLAUDE, SPARE]).fallback
    const response = await forwardBuffered({ ...exchange, pool: [NATIVE], fallback })
    expect(await response.json()).toEqual({ id: 'x' })
    expect(exchange.ports.calls.map(({ backend }) => backend)).toEqual(['gpu', 'spare'])
    expect(response.headers.get('x-aicc-attempts')).toBe('2')
    expect(response.headers.get('x-aicc-failed')).toBe('gpu/coder error, claude/coder request')
  })

  it('does not hide what went wrong before it', async () => {
    const exchange = exchangeOf(TWO)
    const fallback = split([], [CLAUDE]).fallback
    const error = await rejectionOf(forwardBuffered({ ...exchange, pool: [NATIVE], fallback }))
    expect(error).toMatchObject({ code: 'upstream_error', status: 502 })
  })
})
