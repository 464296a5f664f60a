/**
 * The defaults stand twice: in `defaults.ts` for the compiler, in `config.ts` for editors.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { DEFAULTS } from '../../../compiler/resolve/defaults.ts'

interface Schema {
  definitions: Record<string, { properties: Record<string, { default?: unknown }> }>
}

const schema: Schema = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../../schemas/policy.schema.json'), 'utf8'),
)

function defaultsOf(definition: string): Record<string, unknown> {
  const properties = Object.entries(schema.definitions[definition]?.properties ?? {})
  return Object.fromEntries(
    properties.flatMap(([name, { default: value }]) => (value === undefined ? [] : [[name, value]])),
  )
}

describe('defaults', () => {
  it.each([
    ['TimeoutsConfig', DEFAULTS.timeouts],
    ['ListenConfig', DEFAULTS.listen],
    ['LimitsConfig', DEFAULTS.limits],
    ['CorsConfig', DEFAULTS.cors],
    ['ModelConfig', { keepAlive: DEFAULTS.keepAlive }],
  ])('%s: what editors show is what holds', (definition, defaults) => {
    expect(defaultsOf(definition)).toEqual(defaults)
  })
})
