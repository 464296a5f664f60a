import { assert, constantFrom, property, tuple } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { requiredLiterals } from '../../../compiler/regex/required-literals.ts'
import { patternAndText, someText } from '../../property/pattern-and-text.ts'

describe('requiredLiterals', () => {
  it.each<{ source: string; flags?: string; literals: string[] | null }>([
    { source: 'PROJ-\\d{4}', literals: ['proj-'] },
    { source: '\\bTop[- ]Secret\\b', literals: ['top secret', 'top-secret'] },
    { source: 'colou?r', literals: ['color', 'colour'] },
    { source: 'ab\\w+instructions', literals: ['instructions'] },
    { source: '(?:key|token|key_id)\\s*=', literals: ['key', 'token'] },
    { source: 'sk-(?:live|test)_\\w+', literals: ['sk-live_', 'sk-test_'] },
    { source: '(?<name>abc)+', literals: ['abc'] },
    { source: 'ax{1000}y', literals: ['xxxxxxxxxxxxxxxx'] },
    { source: 'x{17}y{3}', literals: ['xxxxxxxxxxxxxxxx'] },
    { source: '(?:ab){2,5}c', literals: ['ababc'] },
    { source: 'foo|bar.*baz', literals: ['bar', 'foo'] },
    { source: '密码', literals: ['密码'] },
    { source: 'key', flags: 'i', literals: ['key'] },
    { source: 'pass', flags: 'i', literals: ['pass', 'pasſ', 'paſs', 'paſſ'] },
    { source: 'Größe', flags: 'i', literals: ['größe'] },
    { source: 'ΟΔΟΣ', literals: ['οδος', 'οδοσ'] },
    { source: '\\d{3}-\\d{4}', literals: null },
    { source: 'foo|ba', literals: null },
    { source: '(?:foo)?', literals: null },
    { source: '[a-z]{9}', literals: null },
    { source: '[]abcd|efgh', literals: ['abcd', 'efgh'] },
    { source: 'no(?=thing)', literals: null },
    { source: '', literals: null },
    { source: 'a\u{10ffff}bc', literals: null },
  ])('$source $flags', ({ source, flags = '', literals }) => {
    expect(requiredLiterals(source, `${flags}u`)).toEqual(literals)
  })

  it('knows all that differs by case only, as the engine does', () => {
    const cased = /\p{Changes_When_Casemapped}/u
    const all = Array.from({ length: 0x20000 }, (_, codePoint) => String.fromCodePoint(codePoint))
      .filter((character) => cased.test(character))
      .join('\n')
    const missed = all.split('\n').filter((character) => {
      const literals = requiredLiterals(character.repeat(3), 'iu') ?? []
      const twins = all.match(new RegExp(character, 'giu')) ?? []
      return !twins.every(
        (twin) => holdsOne(twin.repeat(3), literals) && holdsOne(`a${twin.repeat(3)}`, literals),
      )
    })
    expect(missed).toEqual([])
  })
})

function holdsOne(text: string, literals: readonly string[]): boolean {
  return literals.some((literal) => text.toLowerCase().includes(literal))
}

const FLAGS = constantFrom('u', 'iu', 'su', 'imu')

describe('what a pattern needs, against the engine', () => {
  it('stands in every text that it matches', () => {
    let matches = 0
    assert(
      property(patternAndText, FLAGS, tuple(someText, someText), ([source, text], flags, [before, after]) => {
        const literals = requiredLiterals(source, flags)
        if (literals === null) return
        for (const each of [
          before + text + after,
          (before + text).toLowerCase(),
          text.toUpperCase(),
          before + after,
        ]) {
          if (!new RegExp(source, flags).test(each)) continue
          matches += 1
          expect(holdsOne(each, literals), `${each} without ${literals.join()}`).toBe(true)
        }
      }),
      { numRuns: 5000 },
    )
    expect(matches).toBeGreaterThan(2000)
  })
})
