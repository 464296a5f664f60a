/** Words that are too random to be words: keys of unknown make. */
import type { PrivacyGuard } from '../../../table/route-table.ts'
import type { Find } from './detector.ts'

/** Longer runs are data (images, archives), of which the beginning says enough. */
const LONGEST = 512

/** By least length: words that are too short must cost nothing. */
const runs = new Map<number, RegExp>()

/** Mean length of the words inside: a name in camel case falls into longer ones than chance makes. */
const LONGEST_MEAN_WORD = 2.5

export function findRandomWords(text: string, { threshold, minLength }: PrivacyGuard['entropy']): Find[] {
  const finds: Find[] = []
  for (const match of text.matchAll(runsOf(minLength))) {
    const [run] = match
    if (!looksRandom(run.slice(0, LONGEST), threshold)) continue
    finds.push({ start: match.index, end: match.index + run.length, kind: 'random' })
  }
  return finds
}

function runsOf(minLength: number): RegExp {
  let regex = runs.get(minLength)
  if (regex === undefined) {
    regex = new RegExp(`(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{${minLength},}={0,2}`, 'g')
    runs.set(minLength, regex)
  }
  return regex
}

function looksRandom(run: string, threshold: number): boolean {
  if (!/[0-9]/.test(run) || !/[A-Z]/.test(run) || !/[a-z]/.test(run)) return false
  const words = run.match(/[A-Z]?[a-z]+|[A-Z]+|[0-9]+/g) ?? []
  return run.length / words.length < LONGEST_MEAN_WORD && entropy(run) >= threshold
}

/** Shannon entropy in bits per character. */
function entropy(text: string): number {
  const counts = new Map<number, number>()
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i)
    counts.set(code, (counts.get(code) ?? 0) + 1)
  }
  let bits = 0
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length)
  return bits
}
