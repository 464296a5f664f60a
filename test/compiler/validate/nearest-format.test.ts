import { describe, expect, it } from 'vitest'
import { nearestFormat } from '../../../compiler/validate/nearest-format.ts'

const DURATION = /^[0-9]+(\.[0-9]+)?(ms|s|m|h)$/
const SIZE = /^[0-9]+(\.[0-9]+)?(B|KiB|MiB|GiB|kB|MB|GB)$/
const RATE = /^[1-9][0-9]{0,8}\/(s|min|h)$/
const TOKENS = /^[1-9][0-9]{0,11}(k|M)?\/(s|min|h|day)$/
const NAME = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/

describe('nearestFormat', () => {
  it.each<[string, RegExp, string | undefined]>([
    ['30 s', DURATION, '30s'],
    ['30sec', DURATION, '30s'],
    ['5 minutes', DURATION, '5m'],
    ['5min', DURATION, '5m'],
    ['1 Hour', DURATION, '1h'],
    ['500 msec', DURATION, '500ms'],
    ['10mb', SIZE, '10MB'],
    ['512 kib', SIZE, '512KiB'],
    ['512k', SIZE, '512KiB'],
    ['10/minute', RATE, '10/min'],
    ['10/m', RATE, '10/min'],
    ['10 per hour', RATE, '10/h'],
    ['200k/minute', TOKENS, '200k/min'],
    ['1M/d', TOKENS, '1M/day'],
    [' gpu', NAME, 'gpu'],
    ['my gpu', NAME, 'my-gpu'],
    ['über-gpu', NAME, 'uber-gpu'],
    ['HOME KEY', /^[A-Z_]+$/, 'HOME_KEY'],
    ['gpu (big)', NAME, 'gpu-big'],
    ['soon', DURATION, undefined],
    ['ten/min', RATE, undefined],
    ['5', DURATION, undefined],
    // Every object has one of that name.
    ['5 constructors', DURATION, undefined],
    ['', NAME, undefined],
    ['w\u001B[31mide', NAME, undefined],
    ['日本語', NAME, undefined],
    ['a'.repeat(201), NAME, undefined],
  ])('%j', (written, pattern, meant) => {
    expect(nearestFormat(written, pattern)).toBe(meant)
  })
})
