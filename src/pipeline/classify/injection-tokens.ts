/**
 * Words and marks as numbers. One pass over the text feeds both halves of the injection guard: the linear model adds
 * up what they and their neighbours weigh, and a rule only runs where one of its words stands.
 */
import { codesOf } from './codes-of.ts'

/** Buckets that features fall into; `bucketOf` knows how many bits that are. */
export const BUCKETS: number = 2 ** 15

/** Added to the number of features by whose root their weights are divided: a few words alone prove little. */
export const DAMPING = 30

const WORD = 1
const MARK = 2
/** Class of each ASCII character: white space and control characters are 0. */
const CLASSES: Uint8Array = Uint8Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code)
  if (/\w/.test(character)) return WORD
  return code > 32 && code < 127 ? MARK : 0
})

/** Memory of their own for each window of a long text is what would take longest. These grow with the longest one. */
let tokens = new Int32Array(2048)
let buckets = new Int32Array(4096)

/**
 * @param codes of unmasked text: letters are in lower case
 * @param start of the stretch that is read, up to before `end`
 * @returns a hash for each word, and for each mark between words. They hold until the next call
 */
export function tokenize(codes: Uint16Array, start = 0, end: number = codes.length): Int32Array {
  if (tokens.length < end - start) tokens = new Int32Array(end - start)
  const found = tokens
  const classes = CLASSES
  let count = 0
  let hash = startOfHash()
  let inWord = false
  for (let i = start; i < end; i += 1) {
    const code = codes[i] ?? 0
    const kind = code < 128 ? classes[code] : WORD
    if (kind === WORD) {
      hash = goOn(hash, code)
      inWord = true
      continue
    }
    if (inWord) {
      found[count++] = hash ^ (hash >>> 16)
      hash = startOfHash()
      inWord = false
    }
    if (kind === MARK) found[count++] = goOn(startOfHash(), code)
  }
  if (inWord) found[count++] = hash ^ (hash >>> 16)
  return found.subarray(0, count)
}

/**
 * FNV-1a. Its numbers stand in functions, which engines inline: in a bundle a constant of a module is a variable, which would
 * be read, checked and converted for each character.
 */
function startOfHash(): number {
  return 0x811c9dc5 | 0
}

function goOn(hash: number, code: number): number {
  return Math.imul(hash ^ code, 0x01000193)
}

/** The hash of one word, as `tokenize` makes it. */
export function hashWord(word: string): number {
  return tokenize(codesOf(word))[0] ?? 0
}

/** @param feature a token, or two in a row */
export function bucketOf(feature: number): number {
  return Math.imul(feature ^ (feature >>> 16), 0x7feb352d) >>> (32 - 15)
}

function pairOf(token: number, next: number): number {
  return (Math.imul(Math.imul(token, 0x9e3779b1) ^ next, 0x9e3779b1) + 1) | 0
}

/** When each bucket was last visited, so that a feature counts once however often it stands there. */
const visits = new Uint16Array(BUCKETS)
let lastVisit = 0
/** Then they are forgotten. */
const MOST_VISITS = 2 ** 16 - 1

/** @returns the buckets of the tokens and of their neighbours, each once. They hold until the next call */
export function bucketsOf(features: Int32Array): Int32Array {
  if (lastVisit === MOST_VISITS) {
    visits.fill(0)
    lastVisit = 0
  }
  lastVisit += 1
  const visit = lastVisit
  if (buckets.length < 2 * features.length) buckets = new Int32Array(2 * features.length)
  const found = buckets
  const visited = visits
  let count = 0
  const last = features.length - 1
  for (let i = 0; i <= last; i += 1) {
    const token = features[i] ?? 0
    const single = bucketOf(token)
    if (visited[single] !== visit) {
      visited[single] = visit
      found[count++] = single
    }
    if (i === last) break
    const pair = bucketOf(pairOf(token, features[i + 1] ?? 0))
    if (visited[pair] !== visit) {
      visited[pair] = visit
      found[count++] = pair
    }
  }
  return found.subarray(0, count)
}
