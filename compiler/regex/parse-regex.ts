/**
 * The source of a JavaScript regular expression with the flag `u` → tree. Expects what the engine has accepted;
 * what cannot run in linear time whatever stands in it (lookaround, backreferences) is refused here.
 */
import { complement, EVERYTHING, LINE_ENDS, normalize, type CodePoints } from './code-points.ts'
import { foldCase } from './fold-case.ts'
import { classEscape, readCharacter, type Cursor } from './parse-escape.ts'
import { NotJudged, type PlaceTest, type RegexNode } from './regex-node.ts'

/** @throws NotJudged */
export function parseRegex(source: string, flags: string): RegexNode {
  const parser: Parser = {
    characters: Array.from(source),
    at: 0,
    ignoreCase: flags.includes('i'),
    multiline: flags.includes('m'),
    dotAll: flags.includes('s'),
  }
  const node = parseChoice(parser)
  if (parser.at < parser.characters.length) throw new NotJudged(`\`${peek(parser)}\` is not understood`)
  return node
}

interface Parser extends Cursor {
  multiline: boolean
  dotAll: boolean
}

function peek({ characters, at }: Cursor): string | undefined {
  return characters[at]
}

function take(cursor: Cursor, text: string): boolean {
  const characters = Array.from(text)
  if (characters.some((character, i) => cursor.characters[cursor.at + i] !== character)) return false
  cursor.at += characters.length
  return true
}

function parseChoice(parser: Parser): RegexNode {
  const options = [parseSequence(parser)]
  while (take(parser, '|')) options.push(parseSequence(parser))
  return options.length === 1 && options[0] ? options[0] : { kind: 'choice', options }
}

function parseSequence(parser: Parser): RegexNode {
  const parts: RegexNode[] = []
  for (let next = peek(parser); next !== undefined && next !== '|' && next !== ')'; next = peek(parser)) {
    parts.push(parseQuantified(parser))
  }
  return parts.length === 1 && parts[0] ? parts[0] : { kind: 'sequence', parts }
}

function parseQuantified(parser: Parser): RegexNode {
  const node = parseAtom(parser)
  const bounds = parseBounds(parser)
  if (bounds === null) return node
  const lazy = take(parser, '?')
  return { kind: 'repeat', of: node, ...bounds, lazy }
}

function parseBounds(parser: Parser): { min: number; max: number | null } | null {
  if (take(parser, '*')) return { min: 0, max: null }
  if (take(parser, '+')) return { min: 1, max: null }
  if (take(parser, '?')) return { min: 0, max: 1 }
  if (!take(parser, '{')) return null
  const min = parseDigits(parser)
  const max = take(parser, ',') ? (peek(parser) === '}' ? null : parseDigits(parser)) : min
  take(parser, '}')
  return { min, max }
}

function parseDigits(parser: Parser): number {
  let digits = ''
  for (let next = peek(parser); next !== undefined && /^[0-9]$/.test(next); next = peek(parser)) {
    digits += next
    parser.at++
  }
  return Number(digits)
}

function parseAtom(parser: Parser): RegexNode {
  const { ignoreCase, multiline, dotAll } = parser
  if (take(parser, '(')) return parseGroup(parser)
  if (take(parser, '[')) return { kind: 'set', set: parseClass(parser) }
  if (take(parser, '.')) return { kind: 'set', set: dotAll ? EVERYTHING : complement(LINE_ENDS) }
  if (take(parser, '^')) return asserts(multiline ? 'line-start' : 'start')
  if (take(parser, '$')) return asserts(multiline ? 'line-end' : 'end')
  if (take(parser, '\\b')) return asserts('boundary')
  if (take(parser, '\\B')) return asserts('no-boundary')
  if (peek(parser) === '\\') {
    const escape = parser.characters[parser.at + 1] ?? ''
    if (/^[1-9k]$/.test(escape)) throw new NotJudged('it refers back to what a group has matched')
    const set = classEscape(parser)
    if (set !== null) return { kind: 'set', set }
  }
  const codePoint = readCharacter(parser)
  const set = [codePoint, codePoint]
  return { kind: 'set', set: ignoreCase ? foldCase(set) : set }
}

function asserts(assertion: PlaceTest): RegexNode {
  return { kind: 'assertion', assertion }
}

/** After the opening parenthesis. */
function parseGroup(parser: Parser): RegexNode {
  for (const look of LOOKS) if (take(parser, look.sign)) return parseLook(parser, look)
  if (take(parser, '?')) {
    if (!take(parser, ':')) {
      if (!take(parser, '<')) throw new NotJudged('it changes flags in the middle')
      while (peek(parser) !== '>' && peek(parser) !== undefined) parser.at++
      take(parser, '>')
    }
  }
  const node = parseChoice(parser)
  take(parser, ')')
  return node
}

const LOOKS = [
  { sign: '?=', look: 'ahead', negated: false },
  { sign: '?!', look: 'ahead', negated: true },
  { sign: '?<=', look: 'behind', negated: false },
  { sign: '?<!', look: 'behind', negated: true },
] as const

/** Only at one character: what looks further is a match inside the match. */
function parseLook(parser: Parser, { look, negated }: (typeof LOOKS)[number]): RegexNode {
  const node = parseChoice(parser)
  take(parser, ')')
  if (node.kind !== 'set') throw new NotJudged(`it looks ${look} at more than one character`)
  return { kind: 'assertion', assertion: { look, set: node.set, negated } }
}

/** After the opening bracket. */
function parseClass(parser: Parser): CodePoints {
  const negated = take(parser, '^')
  const escapes: number[] = []
  const ranges: number[] = []
  while (!take(parser, ']')) {
    if (peek(parser) === undefined) throw new NotJudged('a class does not end')
    const escape = peek(parser) === '\\' ? classEscape(parser) : null
    if (escape !== null) {
      escapes.push(...escape)
      continue
    }
    const from = readCharacter(parser, true)
    const isRange = peek(parser) === '-' && parser.characters[parser.at + 1] !== ']'
    if (isRange) parser.at++
    ranges.push(from, isRange ? readCharacter(parser, true) : from)
  }
  const written = normalize(ranges)
  const set = normalize([...escapes, ...(parser.ignoreCase ? foldCase(written) : written)])
  return negated ? complement(set) : set
}
