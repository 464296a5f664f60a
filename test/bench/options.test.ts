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
    { argv: [], comparison: null, base: null },
    { argv: ['--only', 'limits'], comparison: 'limits', base: null },
    { argv: ['--only', 'traces'], comparison: 'traces', base: null },
    { argv: ['--only', 'slow-disk,node'], comparison: 'slow-disk', base: null },
    { argv: ['--only', 'limits', '--base', '/tmp/old'], comparison: 'limits', base: '/tmp/old' },
  ])('$argv compares $comparison', ({ argv, comparison, base }) => {
    expect(parseOptions(argv)).toMatchObject({ comparison, base })
  })

  it.each([
    { argv: ['--base', '/tmp/old'], message: '--base: goes with --only limits' },
    { argv: ['--only', 'caddy'], message: '--only: no arm is called caddy' },
    { argv: ['--fast'], message: "Unknown option '--fast'" },
    { argv: ['file'], message: 'Unexpected argument' },
  ])('refuses $argv', ({ argv, message }) => {
    expect(() => parseOptions(argv)).toThrow(message)
  })
})
