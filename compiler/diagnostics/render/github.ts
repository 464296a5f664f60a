/**
 * Diagnostics as workflow commands: GitHub shows them beside the lines of a pull request.
 */
import { docsOf } from '../codes.ts'
import type { Diagnostic } from '../diagnostic.ts'
import type { Sources } from '../span.ts'
import { toJsonLocation } from './json.ts'

/** One command, without a newline at its end. */
export function renderGithub(diagnostic: Diagnostic, sources: Sources): string {
  const { file, start, end } = toJsonLocation(diagnostic.primary.span, sources)
  const properties = {
    file,
    line: start.line,
    endLine: end.line,
    col: start.column,
    endColumn: end.column,
    title: diagnostic.code,
  }
  const text = [
    diagnostic.message,
    ...diagnostic.notes.map((note) => `note: ${note}`),
    ...(diagnostic.help === null ? [] : [`help: ${diagnostic.help}`]),
    `docs: ${docsOf(diagnostic.code)}`,
  ].join('\n')
  const list = Object.entries(properties).map(([key, value]) => `${key}=${escapeProperty(String(value))}`)
  return `::${diagnostic.severity} ${list.join(',')}::${escapeData(text)}`
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}
