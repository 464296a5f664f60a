import { describe, expect, it } from 'vitest'
import { parseOptions } from './options.ts'

describe('parseOptions', () => {
  it.each([
    { argv: [], arms: ['direct', 'workerd', 'node', 'nginx', 'portkey', 'litellm'] },
    { argv: ['--quick'], arms: ['direct', 'workerd', 'nginx', 'portkey'] },
    { argv: ['--only', 'node'], arms: ['direct', 'node'] },
    { argv: ['--quick', '--only', 'portkey,workerd'], arms: ['direct', 'workerd', 'portkey'] },
  ])('$argv runs $arms', ({ argv, arms }) => {
    expect(parseOptions(argv).arms).toEqual(arms)
  })

  it.each([
    { argv: ['--only', 'caddy'], message: '--only: no arm is called caddy' },
    { argv: ['--fast'], message: "Unknown option '--fast'" },
    { argv: ['file'], message: 'Unexpected argument' },
  ])('refuses $argv', ({ argv, message }) => {
    expect(() => parseOptions(argv)).toThrow(message)
  })
})
