/** Words that are too random to be words: keys of unknown make. */
import type { PrivacyGuard } from '../../../table/route-table.ts'
import { entropy, meanRun } from './checks.ts'
import type { Find } from './detector.ts'

/** Longer runs are data (images, archives), of which the beginning says enough. */
const LONGEST = 512
/** How far back the place of a word is looked at. */
const LONGEST_PLACE = 200

/** Below this, the mean length of the runs in a word: a name in camel case falls into longer ones than chance makes. */
const LONGEST_MEAN_RUN = 2.5

/** What stands before digests and data: neither is a secret. */
const DIGEST = /(?:sha\d{1,3}[-:]|h1:|md5[-:=]|base64,|checksum\W{1,4}|integrity\W{1,4})$/i

const ARMOUR = /-----BEGIN [A-Z0-9 ]{1,40}-----/g

/** By least length: words that are too short must cost nothing. */
const runs = new Map<number, RegExp>()

export function findRandomWords(text: string, { threshold, minLength }: PrivacyGuard['entropy']): Find[] {
  const finds: Find[] = []
  const armour = publicArmour(text)
  let block = 0
  for (const match of text.matchAll(runsOf(minLength))) {
    const [run] = match
    while ((armour[block]?.end ?? Infinity) <= match.index) block += 1
    if ((armour[block]?.start ?? Infinity) <= match.index) continue
    if (!looksRandom(run.slice(0, LONGEST), threshold) || hasPlace(text, match.index)) continue
    finds.push({ start: match.index, end: match.index + run.length, kind: 'random' })
  }
  return finds
}

/** Certificates, public keys, signed messages: blocks of random lines that anyone may see. In order, none in another. */
function publicArmour(text: string): { start: number; end: number }[] {
  const blocks: { start: number; end: number }[] = []
  if (!text.includes('-----BEGIN ')) return blocks
  let end = 0
  for (const { 0: marker, index: start } of text.matchAll(ARMOUR)) {
    if (start < end || marker.includes('PRIVATE')) continue
    const close = text.indexOf('-----END ', start)
    end = close === -1 ? text.length : close
    blocks.push({ start, end })
  }
  return blocks
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
  return meanRun(run) < LONGEST_MEAN_RUN && entropy(run) >= threshold
}

/** A digest, or part of an address in the web: random for other reasons than being secret. */
function hasPlace(text: string, at: number): boolean {
  const before = text.slice(Math.max(0, at - LONGEST_PLACE), at)
  if (DIGEST.test(before.slice(-24))) return true
  const word = before.split(/[\s"'<>]/).at(-1) ?? ''
  return word.includes('://') || (text.charAt(at) === '/' && /\w$/.test(word))
}
