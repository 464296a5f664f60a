/**
 * How much a text looks like an injection: 0 to 1, with the reasons. What the model thinks and each family of phrases
 * that is found count as independent hints. Long text is judged window by window, so that an attempt cannot hide among
 * ordinary pages.
 */
import { codesOf } from './codes-of.ts'
import { committedModel, judgeTokens, type LinearModel } from './injection-model.ts'
import { INJECTION_RULES, type InjectionRule } from './injection-rules.ts'
import { hashWord, tokenize } from './injection-tokens.ts'

export interface InjectionScore {
  score: number
  /** Names of the families that were found, and `model`. */
  reasons: string[]
  /** Where in the text the families were found. */
  finds: InjectionFind[]
}

export interface InjectionFind {
  reason: string
  start: number
  end: number
}

/** Characters that are judged together, and how many of them the next window sees again. */
const WINDOW = 2000
const OVERLAP = 200

/** From here the model is named as a reason of its own. */
const MODEL_SPEAKS = 0.3

const NONE: ReadonlySet<string> = new Set()

/**
 * @param text unmasked; its windows are judged in turn and the worst one counts
 * @param model null = the families alone decide
 * @param off families that are not looked for
 */
export function scoreInjection(
  text: string,
  model: LinearModel | null = committedModel(),
  off: ReadonlySet<string> = NONE,
): InjectionScore {
  let worst: InjectionScore = { score: 0, reasons: [], finds: [] }
  const codes = codesOf(text)
  for (const [start, end] of windowsOf(text.length)) {
    const tokens = tokenize(codes.subarray(start, end))
    const judged = scoreWindow(text.slice(start, end), tokens, { model, off })
    if (judged.score <= worst.score) continue
    const finds = judged.finds.map((find) => ({ ...find, start: find.start + start, end: find.end + start }))
    worst = { ...judged, finds }
  }
  return worst
}

/** At least one; a rest that the last window has seen gets none of its own. */
export function windowsOf(length: number): [start: number, end: number][] {
  const windows: [number, number][] = [[0, Math.min(length, WINDOW)]]
  for (let start = WINDOW - OVERLAP; start + OVERLAP < length; start += WINDOW - OVERLAP) {
    windows.push([start, Math.min(length, start + WINDOW)])
  }
  return windows
}

function scoreWindow(
  text: string,
  tokens: Int32Array,
  { model, off }: { model: LinearModel | null; off: ReadonlySet<string> },
): InjectionScore {
  const likely = model === null ? 0 : judgeTokens(tokens, model)
  const finds = rulesFor(tokens).flatMap(({ name, pattern, weight }) => {
    const match = off.has(name) ? null : pattern.exec(text)
    return match ? [{ reason: name, weight, start: match.index, end: match.index + match[0].length }] : []
  })
  const innocent = finds.reduce((product, { weight }) => product * (1 - weight), 1 - likely)
  const named = finds.map(({ reason }) => reason)
  return {
    score: 1 - innocent,
    reasons: model !== null && (likely >= MODEL_SPEAKS || named.length === 0) ? [...named, 'model'] : named,
    finds: finds.map(({ reason, start, end }) => ({ reason, start, end })),
  }
}

/** Which rules a word calls, as bits; and by the low bits of its hash, whether it may call any. */
const CALLS = new Map<number, number>()
const MAY_CALL = new Uint8Array(4096)
for (const [index, { words }] of INJECTION_RULES.entries()) {
  for (const word of words) {
    const hash = hashWord(word)
    CALLS.set(hash, (CALLS.get(hash) ?? 0) | (1 << index))
    MAY_CALL[hash & 4095] = 1
  }
}

function rulesFor(tokens: Int32Array): InjectionRule[] {
  let called = 0
  for (const token of tokens) {
    if (MAY_CALL[token & 4095] === 1) called |= CALLS.get(token) ?? 0
  }
  return called === 0 ? [] : INJECTION_RULES.filter((_, index) => (called & (1 << index)) !== 0)
}
