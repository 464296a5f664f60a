/** Words that are too random to be words: keys of unknown make. */
import type { PrivacyGuard } from '../../../table/route-table.ts'
import { codesOf } from '../codes-of.ts'
import { CAPITAL, entropy, holds, meanRun, NUMERAL, SMALL } from './checks.ts'
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

/** Characters of words: those of base64 and of its form for URLs. */
const IN_WORD = new Uint8Array(128)
for (const character of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/_-') {
  IN_WORD[character.charCodeAt(0)] = 1
}

/** What no address in the web goes on behind. Odd spaces are plain ones by now. */
const OUTSIDE_PLACE = new Uint8Array(0x202a)
for (const character of ' \t\n\v\f\r\u1680\u2028\u2029"\'<>') OUTSIDE_PLACE[character.charCodeAt(0)] = 1

export function findRandomWords(text: string, { threshold, minLength }: PrivacyGuard['entropy']): Find[] {
  const finds: Find[] = []
  const codes = codesOf(text)
  const armour = publicArmour(text)
  let block = 0
  // A word of that length has a character at every such step: all others are passed over.
  for (let probe = minLength - 1; probe < codes.length; probe += minLength) {
    if (!isInWord(codes, probe)) continue
    let start = probe
    while (start > 0 && isInWord(codes, start - 1)) start -= 1
    let end = probe + 1
    while (isInWord(codes, end)) end += 1
    probe = end
    if (end - start < minLength) continue
    while ((armour[block]?.end ?? Infinity) <= start) block += 1
    if ((armour[block]?.start ?? Infinity) <= start) continue
    if (
      !looksRandom(text.slice(start, Math.min(end, start + LONGEST)), threshold) ||
      hasPlace(text, codes, start)
    )
      continue
    while (text.charAt(end) === '=' && end < probe + 2) end += 1
    finds.push({ start, end, kind: 'random' })
  }
  return finds
}

function isInWord(codes: Uint16Array, at: number): boolean {
  return IN_WORD[codes[at] ?? 0] === 1
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

function looksRandom(run: string, threshold: number): boolean {
  if (!holds(run, NUMERAL | CAPITAL | SMALL)) return false
  return meanRun(run) < LONGEST_MEAN_RUN && entropy(run) >= threshold
}

/** A digest, or part of an address in the web: random for other reasons than being secret. */
function hasPlace(text: string, codes: Uint16Array, at: number): boolean {
  if (DIGEST.test(text.slice(Math.max(0, at - 24), at))) return true
  const first = Math.max(0, at - LONGEST_PLACE)
  let from = at
  while (from > first && OUTSIDE_PLACE[codes[from - 1] ?? 0] !== 1) from -= 1
  const word = text.slice(from, at)
  return word.includes('://') || (text.charAt(at) === '/' && /\w$/.test(word))
}
