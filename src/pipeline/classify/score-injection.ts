/**
 * How much a text looks like an injection: 0 to 1, with the reasons. What the model thinks and each family of phrases
 * that is found count as independent hints. Long text is judged window by window, so that an attempt cannot hide among
 * ordinary pages.
 */
import { codesOf } from './codes-of.ts'
import { committedModel, judgeBuckets, type LinearModel } from './injection-model.ts'
import { INJECTION_RULES, type InjectionRule } from './injection-rules.ts'
import { bucketOf, bucketsOf, BUCKETS, hashWord, tokenize } from './injection-tokens.ts'

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
    const tokens = tokenize(codes, start, end)
    const judged = scoreWindow(() => text.slice(start, end), tokens, { model, off })
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
  read: () => string,
  tokens: Int32Array,
  { model, off }: { model: LinearModel | null; off: ReadonlySet<string> },
): InjectionScore {
  const buckets = model === null ? null : bucketsOf(tokens)
  const likely = model === null || buckets === null ? 0 : judgeBuckets(buckets, model)
  const rules = buckets !== null && !mayCall(buckets) ? [] : rulesFor(tokens)
  const text = rules.length === 0 ? '' : read()
  const finds = rules.flatMap(({ name, pattern, weight }) => {
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

/** Which rules a word calls, as bits: by its hash, or in the next free place behind it. */
const CALLS = new Int32Array(4096)
/** Whose place it is; 0 = nobody's. */
const CALLERS = new Int32Array(CALLS.length)
/** Buckets that hold one of these words: there are fewer of them than tokens where a text repeats itself. */
const MAY_CALL = new Uint8Array(BUCKETS)
for (const [index, { words }] of INJECTION_RULES.entries()) {
  for (const word of words) {
    const place = placeOf(hashWord(word))
    CALLERS[place] = hashWord(word)
    CALLS[place] = (CALLS[place] ?? 0) | (1 << index)
    MAY_CALL[bucketOf(hashWord(word))] = 1
  }
}

function placeOf(word: number): number {
  let place = word & (CALLS.length - 1)
  while (CALLERS[place] !== word && CALLERS[place] !== 0) place = (place + 1) & (CALLS.length - 1)
  return place
}

function mayCall(buckets: Int32Array): boolean {
  for (let i = 0; i < buckets.length; i += 1) if (MAY_CALL[buckets[i] ?? 0] === 1) return true
  return false
}

function rulesFor(tokens: Int32Array): InjectionRule[] {
  let called = 0
  for (let i = 0; i < tokens.length; i += 1) called |= CALLS[placeOf(tokens[i] ?? 0)] ?? 0
  return called === 0 ? [] : INJECTION_RULES.filter((_, index) => (called & (1 << index)) !== 0)
}
