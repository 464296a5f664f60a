import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hasCodePoint } from '../../../compiler/regex/code-points.ts'
import { parseRegex } from '../../../compiler/regex/parse-regex.ts'

const SETS =
  String.raw`. a K ß σ ΐ ﬅ ᾳ ı [^ı] \d \D \w \W \s \S \p{Lu} \P{L} \p{Script=Greek} [a-z] [^a-z] [\w-] [^\s,] [\u0041-\u005a]
  [\x00-\x1f] [\b] [à-þ] [^ΑΩ] \u{1F600} \ud83d\ude00 \n \cA \0 \. \/ [\]\-\\] [-a] [a-] [^] []`.split(/\s+/)

const NOTABLE = Array.from('kK\u212as\u017fß\u1e9eσςΣΐ\u1fd3ﬅﬆᾳᾼiIıİ\n\u2028😀-]\\\u0001\u0008/.')

describe('sets of characters', () => {
  it.each(SETS)('%s is what the engine takes', (source) => {
    for (const flags of ['', 'i', 's', 'is']) {
      const node = parseRegex(source, flags)
      const set = node.kind === 'set' ? node.set : []
      const engine = new RegExp(`^(?:${source})$`, `${flags}u`)
      const agrees = (character: string): boolean =>
        hasCodePoint(set, character.codePointAt(0) ?? 0) === engine.test(character)
      expect(NOTABLE.filter((character) => !agrees(character))).toEqual([])
      fc.assert(fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }), agrees))
    }
  })
})
