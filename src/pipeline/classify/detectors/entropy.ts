/** Words that are too random to be words: keys of unknown make. */
import type { PrivacyGuard } from '../../../table/route-table.ts'
import { CAPITAL, endOfSorts, NUMERAL, PAYLOAD, SMALL, SORTS } from '../character-sorts.ts'
import { codesOf } from '../codes-of.ts'
import type { Find } from './detector.ts'
import { entropyIn, meanRunIn, sortsIn, type Stretch } from './measures.ts'

/** Longer runs are data (images, archives), of which the beginning says enough. */
const LONGEST = 512
/** How far back the place of a word is looked at. */
const LONGEST_PLACE = 200

/** Below this, the mean length of the runs in a word: a name in camel case falls into longer ones than chance makes. */
const LONGEST_MEAN_RUN = 2.5

/** What stands before digests and data: neither is a secret. */
const DIGEST = /(?:sha\d{1,3}[-:]|h1:|md5[-:=]|base64,|checksum\W{1,4}|integrity\W{1,4})$/i

const ARMOUR = /-----BEGIN [A-Z0-9 ]{1,40}-----/g

/** What no address in the web goes on behind. Odd spaces are plain ones by now. */
const OUTSIDE_PLACE = new Uint8Array(0x202a)
for (const character of ' \t\n\v\f\r\u1680\u2028\u2029"\'<>') OUTSIDE_PLACE[character.charCodeAt(0)] = 1

export function findRandomWords(text: string, { threshold, minLength }: PrivacyGuard['entropy']): Find[] {
  const codes = codesOf(text)
  const scan: Scan = { text, codes, threshold, minLength, armour: null, block: 0, finds: [] }
  // A word of that length has a character at every such step: all others are passed over.
  for (let probe = minLength - 1; probe < text.length; probe += minLength) {
    if (isInWord(codes, probe)) probe = judgeAround(scan, probe)
  }
  return scan.finds
}

interface Scan {
  text: string
  codes: Uint16Array
  threshold: number
  minLength: number
  /** Null = it was not needed. */
  armour: ReturnType<typeof publicArmour> | null
  /** The next one of these that may end behind a word. */
  block: number
  finds: Find[]
}

/** @returns where the word ends that `probe` is in: of the characters of base64 and of its form for URLs */
function judgeAround(scan: Scan, probe: number): number {
  const { text, codes, threshold, minLength, finds } = scan
  let start = probe
  while (start > 0 && isInWord(codes, start - 1)) start -= 1
  let behind = probe + 1
  while (behind < start + minLength && isInWord(codes, behind)) behind += 1
  if (behind - start < minLength) return behind
  behind = endOfSorts(codes, behind, PAYLOAD)
  const word = { codes, start, end: Math.min(behind, start + LONGEST) }
  if (!looksRandom(word, threshold) || isInArmour(scan, start) || hasPlace(text, codes, start)) return behind
  let end = behind
  while (codes[end] === EQUALS && end < behind + 2) end += 1
  finds.push({ start, end, kind: 'random' })
  return behind
}

function isInArmour(scan: Scan, at: number): boolean {
  const armour = (scan.armour ??= publicArmour(scan.text))
  while ((armour[scan.block]?.end ?? Infinity) <= at) scan.block += 1
  return (armour[scan.block]?.start ?? Infinity) <= at
}

const EQUALS = 61

function isInWord(codes: Uint16Array, at: number): boolean {
  return ((SORTS[codes[at] ?? 0] ?? 0) & PAYLOAD) !== 0
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

function looksRandom(word: Stretch, threshold: number): boolean {
  if ((sortsIn(word) & MIXED) !== MIXED) return false
  return meanRunIn(word) < LONGEST_MEAN_RUN && entropyIn(word) >= threshold
}

const MIXED = NUMERAL | CAPITAL | SMALL

/** A digest, or part of an address in the web: random for other reasons than being secret. */
function hasPlace(text: string, codes: Uint16Array, at: number): boolean {
  if (DIGEST.test(text.slice(Math.max(0, at - 24), at))) return true
  const first = Math.max(0, at - LONGEST_PLACE)
  let from = at
  while (from > first && OUTSIDE_PLACE[codes[from - 1] ?? 0] !== 1) from -= 1
  const word = text.slice(from, at)
  return word.includes('://') || (text.charAt(at) === '/' && /\w$/.test(word))
}
