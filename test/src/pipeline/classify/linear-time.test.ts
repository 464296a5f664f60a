/** Every pattern that runs over text of requests takes time in proportion to it: shown by the compiler's own judge. */
import { expect, it, vi } from 'vitest'
import { judgeRegex } from '../../../../compiler/regex/judge-regex.ts'
import { findPii } from '../../../../src/pipeline/classify/detectors/pii.ts'
import { findSecrets } from '../../../../src/pipeline/classify/detectors/secrets.ts'
import { INJECTION_RULES } from '../../../../src/pipeline/classify/injection-rules.ts'

/** Holds what each detector looks for first, so that each pattern is asked. */
const BAIT =
  'sk- k_live_ gh glpat- AKIA AIza ya29. xox hooks.slack.com gsk_ hf_ npm_ pypi- SG. shp do ATATT3 hvs. ' +
  'AGE-SECRET-KEY-1 eyJ :// ; earer -----BEGIN PRIVATE KEY @ 4111 1111 1111 1111 078-05-1120 (415) 555-2671 8.8.4.4 phone 12 34 567 ' +
  'DE89370400440532013000 password=Tr0ub4dor1 tR7pQx2LkV9bZw4NcY8mHs3JdF6g \u200b'

/** What the detectors ask of a text, by watching them. */
function patternsAsked(): RegExp[] {
  // `test` and `matchAll` ask by it as well.
  const asking = vi.spyOn(RegExp.prototype, 'exec')
  findSecrets(BAIT, { threshold: 4, minLength: 24 })
  findPii(BAIT)
  const asked = [...asking.mock.contexts]
  vi.restoreAllMocks()
  const rules = INJECTION_RULES.map(({ pattern }) => pattern)
  const patterns = [...asked, ...rules].filter((pattern) => pattern instanceof RegExp)
  return [...new Map(patterns.map((pattern) => [String(pattern), pattern])).values()]
}

it('no pattern is slow', () => {
  const patterns = patternsAsked()
  const slow = patterns.flatMap(({ source, flags }) => {
    // The judge knows the flags that a policy may use; `g`, `d` and `y` change nothing about the time.
    const verdict = judgeRegex(source, flags.replaceAll(/[gdy]/g, ''))
    return verdict.kind === 'linear' ? [] : [{ source, verdict }]
  })
  expect(slow).toEqual([])
  expect(patterns.length).toBeGreaterThan(60)
})
