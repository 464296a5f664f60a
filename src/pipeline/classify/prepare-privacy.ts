/**
 * The privacy guard's own settings, made ready once for a table: patterns behind one prefilter, what is allowed, what
 * does not count.
 */
import type { AllowList, PrivacyGuard, PrivacyPattern } from '../../table/route-table.ts'
import { createAllowList, type IsAllowed } from './allow-list.ts'
import { entropy } from './detectors/checks.ts'
import { mod97, passesLuhn } from './detectors/checksums.ts'
import { createPrefilter, type Prefilter } from './prefilter.ts'

export interface Pattern {
  id: string
  label: string
  regex: RegExp
  /** Name of the group that counts; null = the whole match. */
  group: string | null
  /** What must hold of a find; null = nothing. */
  holds: ((value: string) => boolean) | null
  placeholder: string | null
}

export interface PreparedPrivacy {
  patterns: readonly Pattern[]
  /** Which patterns are worth trying on a text, by their places in the list. */
  marks: Prefilter
  /** Null = nothing is allowed. */
  isAllowed: IsAllowed | null
  /** Kinds that do not count. */
  off: ReadonlySet<string>
  /** Kinds that count in numbers only; null = there are none. */
  atLeast: ReadonlyMap<string, number> | null
}

/** @throws SyntaxError for a pattern that does not compile; the compiler refuses such policies */
export function preparePrivacy({ patterns, allow, off, atLeast }: PrivacyGuard): PreparedPrivacy {
  const few = Object.entries(atLeast)
  return {
    patterns: patterns.map(toPattern),
    marks: createPrefilter(
      patterns.map(({ literals }, id) => ({ id, words: literals })),
      { lowerCase: true },
    ),
    isAllowed: isEmpty(allow) ? null : createAllowList(allow),
    off: new Set(off),
    atLeast: few.length === 0 ? null : new Map(few),
  }
}

function isEmpty({ values, domains, networks }: AllowList): boolean {
  return values.length + domains.length + networks.length === 0
}

function toPattern(pattern: PrivacyPattern): Pattern {
  const { id, label, source, flags, group, check, minEntropy, placeholder } = pattern
  return {
    id,
    label,
    // `g` to find all, `d` to learn where the group stands.
    regex: new RegExp(source, `${flags}${group === null ? '' : 'd'}g`),
    group,
    holds: check === null && minEntropy === 0 ? null : (value) => passes(value, pattern),
    placeholder,
  }
}

function passes(value: string, { check, minEntropy }: PrivacyPattern): boolean {
  if (minEntropy > 0 && entropy(value) < minEntropy) return false
  if (check === 'luhn') return /\d\D*\d/.test(value) && passesLuhn(value)
  if (check === null) return true
  const compact = value.replaceAll(/[^A-Za-z0-9]/g, '')
  return compact.length > 4 && mod97(compact.slice(4) + compact.slice(0, 4)) === 1
}
