/**
 * Compiles for a command that looks into the policy. Warnings are left to `aicc compile`.
 */
import { compile, type CompiledPolicy } from '../compile.ts'
import { hasErrors, type Diagnostic } from '../diagnostics/diagnostic.ts'
import { renderDiagnostics } from '../diagnostics/render/render.ts'
import type { Sources } from '../diagnostics/span.ts'
import { showPath } from '../load/show-path.ts'
import { CommandFailure } from './command-failure.ts'

export interface CompiledForTool {
  compiled: CompiledPolicy
  /** Texts of the policy's files. */
  sources: Sources
}

/** @throws CommandFailure with the diagnostics */
export async function compileForTool(policies: string): Promise<CompiledForTool> {
  const result = await compile({ policies, shownAs: showPath(policies) })
  const { diagnostics, sources } = result
  if (!result.ok) throw new DiagnosticsFailure(diagnostics, sources)
  return { compiled: result, sources }
}

/** Files that could not be read are no verdict on what they say. */
const UNREAD: ReadonlySet<string> = new Set(['yaml/missing-file', 'yaml/unreadable-file'])

export class DiagnosticsFailure extends CommandFailure {
  override name = 'DiagnosticsFailure'

  constructor(diagnostics: readonly Diagnostic[], sources: Sources) {
    const color = process.stderr.isTTY && !process.env['NO_COLOR']
    const errors = diagnostics.filter((diagnostic) => hasErrors([diagnostic]))
    const text = renderDiagnostics(errors, { format: 'pretty', sources, color, max: 20 })
    super(text.trimEnd(), diagnostics.some(({ code }) => UNREAD.has(code)) ? 1 : 2)
  }
}
