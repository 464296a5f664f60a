/**
 * zod's issues, unions unfolded → diagnostics with places in the YAML.
 */
import type { z } from 'zod'
import type { DiagnosticCode } from '../diagnostics/codes.ts'
import { createDiagnostic, type Diagnostic } from '../diagnostics/diagnostic.ts'
import { quote, quoteList } from '../diagnostics/quote.ts'
import { nearest, suggestHelp } from '../diagnostics/suggest.ts'
import type { Span } from '../diagnostics/span.ts'
import type { LoadedFile, Prefer } from '../load/loaded-policy.ts'
import { locate } from '../load/locate.ts'
import { knownKeys } from './known-keys.ts'
import type { ShapeFault } from './shapes.ts'
import { nearestFormat } from './nearest-format.ts'
import { valueAt } from './value-at.ts'

type Issue = z.core.$ZodIssue
type Path = readonly PropertyKey[]

/** The diagnostics of one issue: one, or one per unknown key. */
export function fromZod(issue: Issue, file: LoadedFile, schema: z.core.$ZodType): Diagnostic[] {
  const spanOf = (path: Path, prefer: Prefer): Span => locate(file, path, prefer).span
  const { path } = issue
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) =>
        unknownKey(key, spanOf([...path, key], 'key'), knownKeys(schema, file.value, path)),
      )
    case 'invalid_key': {
      const [inner] = issue.issues
      const fault = { expected: inner?.message ?? 'a name', pattern: patternOf(inner) }
      return [notInFormat(lastOf(path), lastOf(path), { ...fault, span: spanOf(path, 'key') })]
    }
    case 'invalid_union':
      return fromUnion(issue, file)
    case 'invalid_value':
      return [unknownValue(issue.path, issue.values.map(String), file)]
    case 'invalid_format': {
      const fault = { expected: issue.message, pattern: patternOf(issue), span: spanOf(path, 'value') }
      return [notInFormat(pathText(path), valueAt(file.value, path), fault)]
    }
    case 'too_small':
    case 'too_big':
      return [outOfRange(issue, spanOf(path, 'value'))]
    case 'custom': {
      const { fault, help } = issue.params as unknown as ShapeFault
      const code = fault === 'conflict' ? 'validate/unknown-key' : 'validate/missing-key'
      return [createDiagnostic(code, issue.message, { span: spanOf(path, 'key'), help })]
    }
    case 'invalid_type':
    case 'invalid_element':
    case 'not_multiple_of':
      break
  }
  return [wrongType(issue, file)]
}

function unknownKey(key: string, span: Span, known: string[]): Diagnostic {
  const near = nearest(key, known)
  return createDiagnostic('validate/unknown-key', `unknown key ${quote(key)}`, {
    span,
    help: suggestHelp(key, known, 'keys here'),
    suggestion: near === undefined ? undefined : { span, newText: near, applicability: 'maybe' },
  })
}

function unknownValue(path: Path, known: string[], file: LoadedFile): Diagnostic {
  const { span, missing } = locate(file, path, 'value')
  if (missing.length > 0) return missingKey(lastOf(path), span, `one of ${quoteList(known)}`)
  const written = String(valueAt(file.value, path))
  const near = nearest(written, known)
  const message = `${quote(pathText(path))} cannot be ${quote(written)}`
  return createDiagnostic('validate/unknown-value', message, {
    span,
    help: near === undefined ? `use ${quoteList(known)}` : `did you mean ${quote(near)}?`,
    suggestion: near === undefined ? undefined : { span, newText: near, applicability: 'maybe' },
  })
}

/** The tag of a tagged union, or a value of a type that no branch takes. */
function fromUnion(issue: Issue & { code: 'invalid_union' }, file: LoadedFile): Diagnostic[] {
  if (issue.discriminator !== undefined) {
    const options = 'options' in issue && Array.isArray(issue.options) ? issue.options : []
    // A tag that may be left out is listed as undefined.
    const known = options.filter((option): option is string => typeof option === 'string')
    return [unknownValue(issue.path, known, file)]
  }
  const { span, missing } = locate(file, issue.path, 'value')
  if (missing.length > 0) return [missingKey(lastOf(issue.path), span, issue.message)]
  return [mustBe('validate/wrong-type', pathText(issue.path), issue.message, span)]
}

function wrongType(issue: Issue, file: LoadedFile): Diagnostic {
  const { span, missing } = locate(file, issue.path, 'value')
  // zod's own words begin so; all other texts are those of the schema.
  const own = !issue.message.startsWith('Invalid input')
  const expected =
    own || !('expected' in issue) ? issue.message : (CONTAINERS[String(issue.expected)] ?? issue.message)
  if (missing.length > 0) return missingKey(lastOf(issue.path), span, expected)
  const found = valueAt(file.value, issue.path)
  const subject = issue.path.length === 0 ? 'the file' : pathText(issue.path)
  return mustBe('validate/wrong-type', subject, expected, span, `found ${describe(found)}`)
}

/** What zod calls containers → what people call them. */
const CONTAINERS: Record<string, string> = {
  object: 'a mapping',
  record: 'a mapping',
  array: 'a list',
}

function missingKey(key: string, span: Span, expected: string): Diagnostic {
  return createDiagnostic('validate/missing-key', `missing ${quote(key)}`, {
    span,
    label: `${quote(key)} belongs here`,
    help: `add ${quote(key)}: ${expected}`,
  })
}

function outOfRange(issue: Issue & { code: 'too_small' | 'too_big' }, span: Span): Diagnostic {
  const code = issue.origin === 'string' ? 'validate/invalid-format' : 'validate/out-of-range'
  return mustBe(code, pathText(issue.path), issue.origin === 'array' ? length(issue) : issue.message, span)
}

function length(issue: Issue & { code: 'too_small' | 'too_big' }): string {
  if (issue.code === 'too_big') return `a list with at most ${issue.maximum} entries`
  return 'a list with at least one entry'
}

interface FormatFault {
  expected: string
  /** As zod tells it, `/…/flags`; undefined = it is more than a pattern. */
  pattern: string | undefined
  span: Span
}

function notInFormat(
  subject: string,
  written: unknown,
  { expected, pattern, span }: FormatFault,
): Diagnostic {
  const [, source, flags] = /^\/([^]*)\/([a-z]*)$/.exec(pattern ?? '') ?? []
  const near =
    typeof written === 'string' && source !== undefined
      ? nearestFormat(written, new RegExp(source, flags))
      : undefined
  const { message } = mustBe('validate/invalid-format', subject, expected, span)
  return createDiagnostic('validate/invalid-format', message, {
    span,
    help: near === undefined ? undefined : `did you mean ${quote(near)}?`,
    suggestion: near === undefined ? undefined : { span, newText: near, applicability: 'maybe' },
  })
}

function patternOf(issue: Issue | undefined): string | undefined {
  return issue?.code === 'invalid_format' ? issue.pattern : undefined
}

function mustBe(
  code: DiagnosticCode,
  subject: string,
  expected: string,
  span: Span,
  label?: string,
): Diagnostic {
  const message = `${subject === 'the file' ? subject : quote(subject)} must be ${expected}`
  return createDiagnostic(code, message, label === undefined ? { span } : { span, label })
}

/** `backends.gpu.models`, `clients.home.keys[0]`. */
function pathText(path: Path): string {
  return path
    .map((segment, i) => {
      if (typeof segment === 'number') return `[${segment}]`
      return i === 0 ? String(segment) : `.${String(segment)}`
    })
    .join('')
}

function lastOf(path: Path): string {
  return String(path.at(-1) ?? '')
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'a mapping'
  if (typeof value === 'boolean') return `the boolean ${quote(String(value))}`
  if (typeof value === 'number') return `the number ${quote(String(value))}`
  return 'a string'
}
