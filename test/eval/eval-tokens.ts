/** How far the estimate of tokens is from a real tokenizer, by kind of text. */
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base'
import { estimateTokens } from '../../src/pipeline/classify/estimate-tokens.ts'
import { groupBy } from './counts.ts'
import type { Row } from './read-rows.ts'
import type { ErrorLine, Section, Verdict } from './section.ts'

interface Judged {
  kind: string
  tokens: number
  estimate: number
}

/** Shorter texts are off by a large share whenever they are off by one token. */
const FEWEST_TOKENS = 8

/** What is estimated lower than this share of the truth counts as low. */
const LOW = 0.8

/** The tokenizer's time grows with the square of such a run: a hostile one of 100 KB takes half a minute. */
const LONG_RUN = /[\p{L}\p{M}]{1000}|\p{N}{1000}|\s{1000}|[^ \p{L}\p{N}]{1000}/u

/** No text stands for more than its beginning. */
const MOST_CHARACTERS = 20_000

const CJK = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}]/gu
const NOT_LATIN = /[^\p{sc=Latin}\p{sc=Common}\p{sc=Inherited}]/gu

/** At most, for the benign prompts: the figures that docs/classify.md states, and what other texts may add. */
const CEILINGS = { median: 0.06, p90: 0.16, low: 0.04 }
/** At most, for the median of each kind. */
const KIND_CEILING = 0.16

/** @param seen leave out the half of the texts that the weights of the estimate were fitted to */
export function evalTokens(
  files: { benign: readonly Row[]; others: readonly Row[] },
  { seen }: { seen: boolean },
): Section {
  const judge = (rows: readonly Row[]): Judged[] =>
    rows
      .filter(({ id, text }) => !(seen && wasFitted(id)) && !LONG_RUN.test(text))
      .map(judgeText)
      .filter(({ tokens }) => tokens >= FEWEST_TOKENS)
  const benign = judge(files.benign)
  const all = [...benign, ...judge(files.others)]
  const ordinary = toLine('benign prompts', benign)
  const kinds = Array.from(
    groupBy(all, ({ kind }) => kind),
    ([kind, group]) => toLine(kind, group),
  )
  const ceiling = (name: string, value: number, bound: number): Verdict => ({
    name,
    value,
    bound,
    kind: 'ceiling',
  })
  return {
    name: seen ? 'tokens, on texts that the weights were not fitted to' : 'tokens',
    lines: [],
    errors: [ordinary, ...kinds, toLine('all', all)],
    verdicts: [
      ceiling('benign prompts, median error', ordinary.median, CEILINGS.median),
      ceiling('benign prompts, nine in ten are within', ordinary.p90, CEILINGS.p90),
      ceiling('benign prompts, share more than 20 % too low', ordinary.low, CEILINGS.low),
      ...kinds.map(({ name, median }) => ceiling(`${name}, median error`, median, KIND_CEILING)),
    ],
    mistakes: [],
  }
}

function judgeText({ text, source, kind }: Row): Judged {
  const read = text.slice(0, MOST_CHARACTERS)
  return {
    kind: kindOf(read, `${source} ${kind ?? ''}`),
    // Names of special tokens are text like any other.
    tokens: countTokens(read, { disallowedSpecial: new Set() }),
    estimate: estimateTokens(read),
  }
}

function kindOf(text: string, origin: string): string {
  const shareOf = (pattern: RegExp): number => (text.match(pattern)?.length ?? 0) / text.length
  if (shareOf(CJK) > 0.1) return 'Chinese, Japanese, Korean'
  if (shareOf(NOT_LATIN) > 0.1) return 'other scripts'
  if (/gitleaks|CredSweeper|hard-negative/.test(origin)) return 'lines with keys and numbers'
  return /HumanEval|coding|code/.test(origin) ? 'code' : 'prose'
}

function toLine(name: string, judged: readonly Judged[]): ErrorLine {
  const sum = (of: (each: Judged) => number): number => judged.reduce((total, each) => total + of(each), 0)
  const errors = judged.map(({ tokens, estimate }) => Math.abs(estimate / tokens - 1)).sort((a, b) => a - b)
  const at = (share: number): number =>
    errors[Math.min(errors.length - 1, Math.floor(share * errors.length))] ?? 0
  return {
    name,
    texts: judged.length,
    median: at(0.5),
    p90: at(0.9),
    bias:
      sum(({ estimate }) => estimate) /
        Math.max(
          1,
          sum(({ tokens }) => tokens),
        ) -
      1,
    low: judged.filter(({ tokens, estimate }) => estimate < LOW * tokens).length / Math.max(1, judged.length),
  }
}

/** The half of the development texts whose ids have an even hash. */
function wasFitted(id: string): boolean {
  return Array.from(id).reduce((hash, character) => (hash * 31 + character.charCodeAt(0)) >>> 0, 7) % 2 === 0
}
