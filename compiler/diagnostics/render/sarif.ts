/**
 * Diagnostics as SARIF 2.1.0, for code-scanning services.
 */
import { CODES, docsOf, type DiagnosticCode } from '../codes.ts'
import type { Diagnostic, Label } from '../diagnostic.ts'
import type { Sources } from '../span.ts'
import { toJsonLocation } from './json.ts'

export interface SarifLocation {
  physicalLocation: {
    artifactLocation: { uri: string }
    region: { startLine: number; startColumn: number; endLine: number; endColumn: number }
  }
  message?: { text: string }
}

export interface SarifLog {
  $schema: string
  version: '2.1.0'
  runs: {
    tool: {
      driver: {
        name: string
        rules: { id: string; shortDescription: { text: string }; help: { text: string } }[]
      }
    }
    columnKind: 'utf16CodeUnits'
    results: {
      ruleId: string
      level: 'error' | 'warning'
      message: { text: string }
      locations: SarifLocation[]
      relatedLocations: SarifLocation[]
    }[]
  }[]
}

export function toSarif(diagnostics: readonly Diagnostic[], sources: Sources): SarifLog {
  const used = [...new Set(diagnostics.map(({ code }) => code))].toSorted()
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'aicc', rules: used.map(toRule) } },
        columnKind: 'utf16CodeUnits',
        results: diagnostics.map((diagnostic) => ({
          ruleId: diagnostic.code,
          level: diagnostic.severity,
          message: { text: textOf(diagnostic) },
          locations: [toLocation(diagnostic.primary, sources)],
          relatedLocations: diagnostic.secondary.map((label) => toLocation(label, sources)),
        })),
      },
    ],
  }
}

function toRule(code: DiagnosticCode): {
  id: string
  shortDescription: { text: string }
  help: { text: string }
} {
  return { id: code, shortDescription: { text: CODES[code].title }, help: { text: `See ${docsOf(code)}` } }
}

function textOf({ message, notes, help }: Diagnostic): string {
  return [message, ...notes, ...(help === null ? [] : [`help: ${help}`])].join('\n')
}

function toLocation(label: Label, sources: Sources): SarifLocation {
  const { file, start, end } = toJsonLocation(label.span, sources)
  return {
    physicalLocation: {
      artifactLocation: { uri: encodeURI(file.replaceAll('\\', '/')) },
      region: {
        startLine: start.line,
        startColumn: start.column,
        endLine: end.line,
        endColumn: end.column,
      },
    },
    ...(label.text === '' ? {} : { message: { text: label.text } }),
  }
}
