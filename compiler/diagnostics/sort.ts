/**
 * The one order of diagnostics: file, place, severity, text. Independent of the order of analyses and of the locale.
 */
import type { Diagnostic } from './diagnostic.ts'

/** A sorted copy without repetitions: same code, place and message is one fault. */
export function sortDiagnostics(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const seen = new Set<string>()
  const unique = diagnostics.filter((diagnostic) => {
    const { code, message, primary } = diagnostic
    const id = JSON.stringify([code, message, primary.span])
    if (seen.has(id)) return false
    seen.add(id)
    return true
  })
  return unique.sort(
    (a, b) =>
      compare(a.primary.span.file, b.primary.span.file) ||
      a.primary.span.start - b.primary.span.start ||
      a.primary.span.end - b.primary.span.end ||
      compare(a.severity, b.severity) ||
      compare(a.code, b.code) ||
      compare(a.message, b.message),
  )
}

/** By UTF-16 code units: the same on every machine. */
function compare(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
