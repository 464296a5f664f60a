/**
 * Diagnostics for tools. The format only ever grows: fields are added, never changed or dropped.
 * `schemas/diagnostics.schema.json` is generated from these types.
 */
import { docsOf } from '../codes.ts'
import type { Diagnostic, Label } from '../diagnostic.ts'
import { positionOf, type Sources, type Span } from '../span.ts'

export interface JsonPosition {
  /** From 1. */
  line: number
  /** From 1, in UTF-16 units. */
  column: number
  /** From 0, in UTF-16 units. */
  offset: number
}

export interface JsonLocation {
  file: string
  start: JsonPosition
  /** After the last character. */
  end: JsonPosition
}

export interface JsonLabel {
  location: JsonLocation
  text: string
}

export interface JsonSuggestion {
  location: JsonLocation
  newText: string
  /** `always` = right whatever was meant; `maybe` = a guess. */
  applicability: 'always' | 'maybe'
}

export interface JsonDiagnostic {
  code: string
  severity: 'error' | 'warning'
  message: string
  primary: JsonLabel
  secondary: JsonLabel[]
  notes: string[]
  help: string | null
  suggestion: JsonSuggestion | null
  /** Path of the page that explains it, from the root of the repository. */
  docs: string
}

/** What `aicc compile --format json` prints. */
export interface JsonReport {
  version: 1
  summary: { errors: number; warnings: number }
  diagnostics: JsonDiagnostic[]
}

export function toJsonReport(diagnostics: readonly Diagnostic[], sources: Sources): JsonReport {
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length
  return {
    version: 1,
    summary: { errors, warnings: diagnostics.length - errors },
    diagnostics: diagnostics.map((diagnostic) => toJsonDiagnostic(diagnostic, sources)),
  }
}

function toJsonDiagnostic(diagnostic: Diagnostic, sources: Sources): JsonDiagnostic {
  const { code, severity, message, notes, help, suggestion } = diagnostic
  return {
    code,
    severity,
    message,
    primary: toJsonLabel(diagnostic.primary, sources),
    secondary: diagnostic.secondary.map((label) => toJsonLabel(label, sources)),
    notes,
    help,
    suggestion: suggestion && {
      location: toJsonLocation(suggestion.span, sources),
      newText: suggestion.newText,
      applicability: suggestion.applicability,
    },
    docs: docsOf(code),
  }
}

function toJsonLabel(label: Label, sources: Sources): JsonLabel {
  return { location: toJsonLocation(label.span, sources), text: label.text }
}

/** A span with lines and columns; a file without text is at its first character. */
export function toJsonLocation(span: Span, sources: Sources): JsonLocation {
  const text = sources.get(span.file) ?? ''
  const at = (offset: number): JsonPosition => ({ ...positionOf(text, offset), offset })
  return { file: span.file, start: at(span.start), end: at(span.end) }
}
