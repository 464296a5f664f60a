/**
 * A diagnostic is data: stages return lists of them, renderers draw them, tests compare them.
 * Throwing is for bugs of ours; whatever a person can write into a policy ends here.
 */
import { CODES, type DiagnosticCode, type Severity } from './codes.ts'
import { maskSecrets } from './secret-shapes.ts'
import type { Span } from './span.ts'

/** A range and what to say beside it; the text may be empty. */
export interface Label {
  span: Span
  text: string
}

/** A mend that a tool can apply. */
export interface Suggestion {
  span: Span
  newText: string
  /** `always` = right whatever was meant; `maybe` = a guess. */
  applicability: 'always' | 'maybe'
}

export interface Diagnostic {
  code: DiagnosticCode
  severity: Severity
  /** What is wrong: lower case, no full stop, stands alone without the frame. */
  message: string
  /** The smallest range that shows the fault. */
  primary: Label
  /** Other places that matter, such as the first definition. */
  secondary: Label[]
  /** Context: why this is a fault. */
  notes: string[]
  /** How to mend it. */
  help: string | null
  suggestion: Suggestion | null
}

export interface DiagnosticOptions {
  span: Span
  /** Beside the primary range. */
  label?: string
  secondary?: Label[]
  notes?: string[]
  help?: string | undefined
  suggestion?: Suggestion | undefined
}

/**
 * Builds a diagnostic; its severity comes from the table of codes.
 * INVARIANT: no text of it holds a credential, whatever names of the policy it quotes.
 */
export function createDiagnostic(
  code: DiagnosticCode,
  message: string,
  options: DiagnosticOptions,
): Diagnostic {
  const { span, label = '', secondary = [], notes = [], help, suggestion } = options
  return {
    code,
    severity: CODES[code].severity,
    message: maskSecrets(message),
    primary: { span, text: maskSecrets(label) },
    secondary: secondary.map((other) => ({ span: other.span, text: maskSecrets(other.text) })),
    notes: notes.map(maskSecrets),
    help: help === undefined ? null : maskSecrets(help),
    suggestion: suggestion ?? null,
  }
}

/** Is there an error among them? */
export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some((diagnostic) => diagnostic.severity === 'error')
}
