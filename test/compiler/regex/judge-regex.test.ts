import { describe, expect, it } from 'vitest'
import { judgeRegex } from '../../../compiler/regex/judge-regex.ts'

describe('patterns that run in linear time', () => {
  const linear: [source: string, flags: string][] = [
    ['project\\s+hermes', 'iu'],
    ['^\\s+$', 'u'],
    ['\\s+', 'u'],
    ['.*', 'u'],
    ['^.*a', 'u'],
    ['a+a+', 'u'],
    ['(?:a|a)*', 'u'],
    ['(a*)*', 'u'],
    ['', 'u'],
    ['^$', 'mu'],
    ['\\b\\d{3}-\\d{2}-\\d{4}\\b', 'u'],
    ['\\bkey[-_]?[0-9a-f]{32}\\b', 'iu'],
    ['(?:password|passwd)\\s*[=:]\\s*\\S+', 'iu'],
    ['sk-[A-Za-z0-9]{20,}', 'u'],
    // Words do not begin within words, so each character is looked at from one beginning only.
    ['\\b\\w+@', 'u'],
    ['(?:\\d{4}[- ]?){3}\\d{4}', 'u'],
    ['\\b[\\w.+-]{1,64}@[\\w-]{1,63}\\.\\w{2,24}\\b', 'u'],
    ['(?:(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)\\.){3}(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)', 'u'],
    ['project .{0,40}hermes', 'isu'],
    ['<script[^>]{0,256}>', 'u'],
    // One character to either side may be looked at.
    ['(?<![\\w.])[\\w.]+@', 'u'],
    ['(?<!\\w)sk-\\w{16,}(?!\\w)', 'u'],
    // Keys that may hold what they must not end before: a second one can only begin where a first has matched.
    ['(?<!\\w)sk-[\\w-]{16,}(?!\\w)', 'u'],
    ['(?<!\\w)sk-[\\w-]{100,}(?!\\w)', 'u'],
    ['-[\\w-]{16,}(?!\\w)', 'u'],
  ]
  it.each(linear)('%s /%s', (source, flags) => expect(judgeRegex(source, flags)).toEqual({ kind: 'linear' }))
})

describe('patterns that do not', () => {
  const slow: [source: string, flags: string, growth: string][] = [
    ['(a+)+$', 'u', 'exponential'],
    ['(a|a)*b', 'u', 'exponential'],
    ['(a*)*b', 'u', 'exponential'],
    ['^(?:x+x+)+y', 'u', 'exponential'],
    ['(?:a*b|a)*c', 'u', 'exponential'],
    ['(?:a+)+b|a', 'u', 'exponential'],
    ['(?:A|a)*b', 'iu', 'exponential'],
    ['(?:k|\\u212a)*b', 'iu', 'exponential'],
    ['(?:\\w|[\\p{L}])*!', 'u', 'exponential'],
    ['\\s+$', 'u', 'polynomial'],
    // It matches in the end, at the end, after it has failed everywhere else.
    ['\\s*$', 'u', 'polynomial'],
    ['\\w+(?=!)', 'u', 'polynomial'],
    ['(?<=a)\\w+!', 'u', 'polynomial'],
    ['(?<!\\w)(?:\\w+\\s?)+(?!\\S)!', 'u', 'exponential'],
    ['a.*b', 'u', 'polynomial'],
    ['.*a', 'u', 'polynomial'],
    ['^\\w+\\d+$', 'u', 'polynomial'],
    ['(?:a*b|a)*', 'u', 'polynomial'],
    ['\\w+\\s+project', 'u', 'polynomial'],
    ['[\\w.+-]+@[\\w-]+\\.\\w+', 'u', 'polynomial'],
    ['^\\s*#.*$', 'mu', 'polynomial'],
    // It ends, but late: as slow as one without end on all texts that people send.
    ['project .{0,1000}hermes', 'isu', 'polynomial'],
  ]
  it.each(slow)('%s /%s grows: %s', (source, flags, growth) => {
    expect(judgeRegex(source, flags)).toMatchObject({ kind: 'slow', growth })
  })

  it('shows a text that begins, goes round, and ends without a match', () => {
    expect(judgeRegex('id=(a+)+$', 'u')).toEqual({
      kind: 'slow',
      growth: 'exponential',
      attack: { before: 'id=', loop: 'a', after: '!' },
      isRounded: false,
    })
  })

  it.each([
    ['(?:a{1,30}){1,30}b', 'too many ways at each character'],
    ['(?:a?){30}b', 'too many ways to skip'],
    ['a{1000}', 'too many beginnings at once'],
    // What ends it is also part of what is repeated: a match is near all the time.
    ['(?:.{1,50}){1,20}z', 'nested'],
    ['(?:\\w{1,9}){1,9}(?:x|y)', 'nested'],
    ['(?:\\w?){25}z', 'too many ways to skip'],
    ['(?:\\w{1,50}){1,20}(?:x|y)|LANONLY', 'beside another way'],
    ['(?:.|.){25}z', 'two ways for each character'],
    ['.{1,50}.{1,50}.{1,50}z', 'one after the other'],
  ])('%s is heavy: %s', (source) => expect(judgeRegex(source, 'u')).toMatchObject({ kind: 'heavy' }))

  it.each([
    ['(?=xx)y', 'it looks ahead at more than one character'],
    ['x(?!y|z)', 'it looks ahead at more than one character'],
    ['(?<=x+)y', 'it looks behind at more than one character'],
    ['(?<!^)y', 'it looks behind at more than one character'],
    ['(a)\\1', 'it refers back to what a group has matched'],
    ['(?<n>a)\\k<n>', 'it refers back to what a group has matched'],
    ['(?i:a)b', 'it changes flags in the middle'],
    ['(?:a{1,100}){1,100}', 'it is too large, written out'],
    ['(?:a?|b?){40}c', 'it can match nothing in too many ways'],
    ['(?:a?|b?){11}c', 'it can match nothing in too many ways'],
    // All of it may be tried before the other way matches.
    ['(?:\\w{1,9}){1,9}!|[^!]', 'it may follow too many ways at once'],
    // Linear, for a match is near wherever a way fails; that is not seen.
    ['\\s*\\S+|\\s+$', 'it may follow too many ways at once'],
    ['(?:\\w(?:c)+)+.', 'it may follow too many ways at once'],
  ])('%s is not judged: %s', (source, why) =>
    expect(judgeRegex(source, 'u')).toEqual({ kind: 'not-judged', why }),
  )
})
