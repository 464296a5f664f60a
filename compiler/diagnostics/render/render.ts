/**
 * Turns a list of diagnostics into text in one of the formats.
 */
import type { Diagnostic } from '../diagnostic.ts'
import { renderGithub } from './github.ts'
import { toJsonReport } from './json.ts'
import { renderPretty, type PrettyOptions } from './pretty.ts'
import { toSarif } from './sarif.ts'

export const FORMATS = ['pretty', 'json', 'github', 'sarif'] as const
export type Format = (typeof FORMATS)[number]

export interface RenderOptions extends PrettyOptions {
  format: Format
  /** `pretty` and `github` stop after so many and say how many more there are; 0 = no limit. */
  max: number
}

/** The whole report, with a newline at its end; empty when there is nothing to say. */
export function renderDiagnostics(diagnostics: readonly Diagnostic[], options: RenderOptions): string {
  const { format, sources, max } = options
  if (format === 'json') return `${JSON.stringify(toJsonReport(diagnostics, sources), null, 2)}\n`
  if (format === 'sarif') return `${JSON.stringify(toSarif(diagnostics, sources), null, 2)}\n`

  const shown = max > 0 ? mostSevere(diagnostics, max) : diagnostics
  const parts = shown.map((diagnostic) =>
    format === 'github' ? renderGithub(diagnostic, sources) : `${renderPretty(diagnostic, options)}\n`,
  )
  const hidden = diagnostics.length - shown.length
  if (hidden > 0)
    parts.push(`${hidden} more not shown; --max-diagnostics 0 shows all${format === 'pretty' ? '\n' : ''}`)
  return parts.map((part) => `${part}\n`).join('')
}

/** The first `max`, errors before warnings, in the order in which they came. */
function mostSevere(diagnostics: readonly Diagnostic[], max: number): Diagnostic[] {
  const errors = diagnostics.filter(({ severity }) => severity === 'error')
  const warnings = diagnostics.filter(({ severity }) => severity === 'warning')
  const chosen = new Set([...errors, ...warnings].slice(0, max))
  return diagnostics.filter((diagnostic) => chosen.has(diagnostic))
}
