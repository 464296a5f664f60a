/**
 * What credentials look like. A report in a terminal, a log or an answer must never carry one further,
 * so frames and messages are masked alike.
 */

/** Offsets in a text. */
export interface SecretRange {
  start: number
  end: number
  /** What it looks like, for the message. */
  what: string
}

/** Shapes of well-known credentials. The name completes "this looks like …". */
const SHAPES: readonly (readonly [what: string, shape: RegExp])[] = [
  ['a private key', /-----BEGIN [A-Z ]*PRIVATE KEY-----(?:[\s\S]*?-----END [A-Z ]*PRIVATE KEY-----)?/g],
  ['an API key', /(?<![\w-])sk-[\w-]{16,}/g],
  ['an API key', /(?<![\w-])(?:sk|rk|pk)_(?:live|test)_\w{10,}/g],
  ['an API key', /(?<![\w-])(?:gsk_|xai-|nvapi-|pplx-|r8_|AIza)[\w-]{20,}/g],
  ['a GitHub token', /(?<![\w-])(?:gh[pousr]_|github_pat_)\w{20,}/g],
  ['a GitLab token', /(?<![\w-])glpat-[\w-]{16,}/g],
  ['a Hugging Face token', /(?<![\w-])hf_[A-Za-z0-9]{20,}/g],
  ['an npm token', /(?<![\w-])npm_[A-Za-z0-9]{30,}/g],
  ['a Slack token', /(?<![\w-])xox[abeprs]-[\w-]{10,}/g],
  ['an AWS access key', /(?<![\w-])A[KS]IA[A-Z0-9]{16}(?!\w)/g],
  ['a signed token', /(?<![\w-])eyJ[\w-]{8,}\.eyJ[\w-]{8,}(?:\.[\w-]+)?/g],
  ['a password in a URL', /(?<=:\/\/[^\s/:@'"]{0,200}:)[^\s/@'"]+(?=@)/g],
]

/** A hash that is meant to be here: the value of a `sha256` key, or a pinned digest. */
const HASH_BEFORE = /sha256['"]?\s*[:=]\s*['"]?$/

/** By shape and by randomness; ranges may overlap. */
export function findSecretShapes(text: string): SecretRange[] {
  return [...byShape(text), ...byEntropy(text)]
}

/** Ranges in order, without overlap. */
export function mergeRanges(ranges: readonly SecretRange[]): SecretRange[] {
  const merged: SecretRange[] = []
  for (const range of ranges.toSorted((a, b) => a.start - b.start || b.end - a.end)) {
    const last = merged.at(-1)
    if (!last || range.start >= last.end) merged.push({ ...range })
    else last.end = Math.max(last.end, range.end)
  }
  return merged
}

/** The text with every range replaced by stars, offsets and line breaks kept. */
export function maskRanges(text: string, ranges: readonly SecretRange[]): string {
  let masked = ''
  let at = 0
  for (const { start, end } of ranges) {
    masked += text.slice(at, start) + text.slice(start, end).replaceAll(/[^\r\n]/g, '*')
    at = end
  }
  return masked + text.slice(at)
}

/** A text without anything that looks like a credential. */
export function maskSecrets(text: string): string {
  const ranges = findSecretShapes(text)
  return ranges.length === 0 ? text : maskRanges(text, mergeRanges(ranges))
}

function byShape(text: string): SecretRange[] {
  return SHAPES.flatMap(([what, shape]) => Array.from(text.matchAll(shape), (match) => toRange(match, what)))
}

/** Long runs that no name or path has: mixed case with digits, or hexadecimal. */
function byEntropy(text: string): SecretRange[] {
  const runs = Array.from(text.matchAll(/(?<![A-Za-z0-9])[A-Za-z0-9]{32,}(?![A-Za-z0-9])/g)).filter(
    (match) => {
      const [run] = match
      if (/^[0-9a-f]+$/i.test(run)) {
        const before = text.slice(Math.max(0, match.index - 20), match.index)
        return /[0-9]/.test(run) && /[a-f]/i.test(run) && entropy(run) > 3 && !HASH_BEFORE.test(before)
      }
      // The name of a model, in camel case, falls into longer words than chance makes.
      const words = run.match(/[A-Z]?[a-z]+|[A-Z]+|[0-9]+/g) ?? []
      return /[0-9]/.test(run) && entropy(run) > 4 && run.length / words.length < 2.5
    },
  )
  return runs.map((match) => toRange(match, 'a random key'))
}

function toRange(match: RegExpMatchArray, what: string): SecretRange {
  const start = match.index ?? 0
  return { start, end: start + match[0].length, what }
}

/** Shannon entropy in bits per character. */
function entropy(text: string): number {
  const counts = new Map<string, number>()
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1)
  let bits = 0
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length)
  return bits
}
