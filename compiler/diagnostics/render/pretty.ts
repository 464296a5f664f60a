/**
 * Draws diagnostics for people: message, place, source frame, notes, help, page.
 */
import { docsOf } from '../codes.ts'
import type { Diagnostic, Label } from '../diagnostic.ts'
import { visible } from '../quote.ts'
import { positionOf, type Sources } from '../span.ts'
import { displayWidth } from './display-width.ts'

export interface PrettyOptions {
  sources: Sources
  /** ANSI colours; only for a terminal. */
  color: boolean
}

/** A line longer than this is shown as a window round the range. */
const MAX_LINE = 120

type Style = 'bold' | 'red' | 'yellow' | 'blue'
const ANSI: Record<Style, string> = { bold: '1', red: '1;31', yellow: '1;33', blue: '1;34' }

/** One diagnostic, without a newline at its end. */
export function renderPretty(diagnostic: Diagnostic, options: PrettyOptions): string {
  const paint = (style: Style, text: string): string =>
    options.color && text !== '' ? `\u001b[${ANSI[style]}m${text}\u001b[0m` : text
  const tone = diagnostic.severity === 'error' ? 'red' : 'yellow'

  const labels = [diagnostic.primary, ...diagnostic.secondary]
  const frames = labels.map((label) => frameOf(label, options.sources))
  const gutter = Math.max(1, ...frames.map((frame) => (frame ? String(frame.line).length : 1)))
  const pad = ' '.repeat(gutter + 1)
  const bar = paint('blue', '|')

  const lines = [
    `${paint(tone, `${diagnostic.severity}[${diagnostic.code}]`)}${paint('bold', `: ${diagnostic.message}`)}`,
  ]
  for (const [i, label] of labels.entries()) {
    const frame = frames[i]
    const place = frame ? `${label.span.file}:${frame.line}:${frame.column}` : label.span.file
    lines.push(`${pad}${paint('blue', i === 0 ? '-->' : ':::')} ${visible(place)}`)
    if (!frame) {
      if (label.text !== '') lines.push(`${pad} ${paint('blue', '=')} ${label.text}`)
      continue
    }
    if (i === 0) lines.push(`${pad} ${bar}`)
    const marks = (i === 0 ? '^' : '-').repeat(frame.width)
    const marked = paint(i === 0 ? tone : 'blue', `${marks}${label.text === '' ? '' : ` ${label.text}`}`)
    lines.push(`${paint('blue', ` ${String(frame.line).padStart(gutter)}`)} ${bar} ${frame.text}`.trimEnd())
    lines.push(`${pad} ${bar} ${' '.repeat(frame.indent)}${marked}`)
    if (i === 0 && labels.length > 1) lines.push(`${pad} ${bar}`)
  }
  const equals = `${pad} ${paint('blue', '=')}`
  for (const note of diagnostic.notes) lines.push(`${equals} note: ${note}`)
  if (diagnostic.help !== null) lines.push(`${equals} help: ${diagnostic.help}`)
  lines.push(`${equals} docs: ${docsOf(diagnostic.code)}`)
  return lines.join('\n')
}

interface Frame {
  line: number
  column: number
  text: string
  /** Columns before the marks, as displayed. */
  indent: number
  /** Columns of marks, as displayed; at least one. */
  width: number
}

/** The first line of a label's range, or undefined when its file has no text to show. */
function frameOf(label: Label, sources: Sources): Frame | undefined {
  const text = sources.get(label.span.file)
  if (text === undefined) return undefined
  const { line, column } = positionOf(text, label.span.start)
  const full = (text.split('\n')[line - 1] ?? '').replace(/\r$/, '')
  const from = column - 1
  const to = Math.min(full.length, from + Math.max(0, label.span.end - label.span.start))

  const cut = full.length > MAX_LINE ? Math.max(0, from - MAX_LINE / 3) : 0
  const shown = full.slice(cut, cut + MAX_LINE)
  const lead = cut > 0 ? '…' : ''
  const trail = cut + MAX_LINE < full.length ? '…' : ''
  const marked = full.slice(from, Math.min(to, cut + MAX_LINE))
  return {
    line,
    column,
    text: `${lead}${clean(shown)}${trail}`,
    indent: displayWidth(`${lead}${clean(full.slice(cut, from))}`),
    width: Math.max(1, displayWidth(clean(marked))),
  }
}

/** One column per control character, tabs included, so that the marks stay below what they mark. */
function clean(text: string): string {
  return visible(text.replaceAll('\t', ' '))
}
