/**
 * What every resolver has at hand: a way to report, and to read values with units.
 */
import type { DiagnosticCode } from '../diagnostics/codes.ts'
import { createDiagnostic, type Diagnostic, type DiagnosticOptions } from '../diagnostics/diagnostic.ts'
import { quote } from '../diagnostics/quote.ts'
import type { Locate, Place, Prefer } from '../load/loaded-policy.ts'
import { parseByteSize, parseDuration, type ByteBounds, type Measured } from './units.ts'

export interface ReportOptions extends Omit<DiagnosticOptions, 'span'> {
  at: Place
  prefer?: Prefer
}

export interface ResolveContext {
  locate: Locate
  report: (code: DiagnosticCode, message: string, options: ReportOptions) => void
}

export function createResolveContext(locate: Locate, diagnostics: Diagnostic[]): ResolveContext {
  return {
    locate,
    report: (code, message, { at, prefer, ...options }) => {
      diagnostics.push(createDiagnostic(code, message, { span: locate(at, prefer), ...options }))
    },
  }
}

/** Milliseconds; reports what is out of range, and goes on with 1. */
export function durationAt(text: string, at: Place, context: ResolveContext, minMs = 1): number {
  return measured(parseDuration(text, minMs), text, at, context)
}

/** Bytes; reports what is out of range, and goes on with 1. */
export function bytesAt(text: string, at: Place, context: ResolveContext, bounds: ByteBounds): number {
  return measured(parseByteSize(text, bounds), text, at, context)
}

function measured(result: Measured, text: string, at: Place, { report }: ResolveContext): number {
  if (result.ok) return result.value
  const name = String(at.path.at(-1))
  report('resolve/out-of-range', `${quote(name)} cannot be ${quote(text)}`, {
    at,
    label: `must be ${result.expected}`,
  })
  return 1
}
