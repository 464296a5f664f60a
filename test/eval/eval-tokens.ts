/** How far the estimate of tokens is from a real tokenizer, by kind of text. */
import { countExactly } from '../../scripts/tokens/count-exactly.ts'
import { kindOfText } from '../../scripts/tokens/kind-of-text.ts'
import { wasFitted } from '../../scripts/tokens/was-fitted.ts'
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
    rows.filter(({ id }) => !(seen && wasFitted(id))).flatMap(judgeRow)
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

function judgeRow({ text, source, kind = '' }: Row): Judged[] {
  const counted = countExactly(text)
  if (counted === null || counted.tokens < FEWEST_TOKENS) return []
  const { text: read, tokens } = counted
  return [{ kind: kindOfText(read, `${source} ${kind}`), tokens, estimate: estimateTokens(read) }]
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
