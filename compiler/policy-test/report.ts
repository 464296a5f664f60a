/**
 * A test report in words, as JSON and as JUnit's XML.
 */
import { visible } from '../diagnostics/quote.ts'
import { maskSecrets } from '../diagnostics/secret-shapes.ts'
import { percentCovered } from './coverage.ts'
import { showLine } from '../simulate/line-of-file.ts'
import type { CaseResult, TestReport } from './run-tests.ts'

export const TEST_FORMATS = ['pretty', 'json', 'junit'] as const
export type TestFormat = (typeof TEST_FORMATS)[number]

/** With a newline at its end. */
export function renderReport(report: TestReport, format: TestFormat): string {
  switch (format) {
    case 'json':
      return `${JSON.stringify(toJson(report), null, 2)}\n`
    case 'junit':
      return toJunit(report)
    case 'pretty':
      break
  }
  const failed = report.cases.filter(({ passed }) => !passed)
  return [...failed.map(renderFailure), summary(report)].map((part) => `${part}\n`).join('')
}

const PLACE_COLUMN = 60

function renderFailure({ name, at, mismatches, decidedBy }: CaseResult): string {
  const width = Math.max(...mismatches.map(({ field }) => field.length))
  const by = decidedBy === null ? [] : [`  decided by ${decidedBy.what}, ${showLine(decidedBy.at)}`]
  return [
    `${`FAIL ${say(name)}`.padEnd(PLACE_COLUMN)} ${showLine(at)}`,
    ...mismatches.map(
      ({ field, expected, got }) => `  ${field.padEnd(width)}  expected ${show(expected)}, got ${show(got)}`,
    ),
    ...by,
  ].join('\n')
}

function summary({ cases, skipped, rules, detectors }: TestReport): string {
  const passed = cases.filter((entry) => entry.passed).length
  const missed = [...rules, ...detectors].filter(({ covered }) => !covered)
  const parts = [
    `${passed === cases.length ? 'PASS' : 'FAIL'} ${passed}/${cases.length}`,
    ...(skipped === 0 ? [] : [`${skipped} not run`]),
    `rules covered ${share(rules)}`,
    ...(detectors.length === 0 ? [] : [`detectors covered ${share(detectors)}`]),
  ]
  const never = missed.map(({ name, at }) => `${name} (${showLine(at)})`).join(', ')
  return parts.join(', ') + (missed.length === 0 ? '' : `, never chosen: ${never}`)
}

function share(things: readonly { covered: boolean }[]): string {
  return `${things.filter(({ covered }) => covered).length}/${things.length}`
}

/** The shape only ever grows. */
function toJson({ cases, skipped, rules, detectors }: TestReport): object {
  const passed = cases.filter((entry) => entry.passed).length
  return {
    version: 1,
    summary: {
      cases: cases.length,
      passed,
      failed: cases.length - passed,
      skipped,
      rules: rules.length,
      rulesCovered: rules.filter(({ covered }) => covered).length,
      detectors: detectors.length,
      detectorsCovered: detectors.filter(({ covered }) => covered).length,
      percentCovered: percentCovered([...rules, ...detectors]),
    },
    cases,
    rules,
    detectors,
  }
}

function toJunit({ cases, skipped }: TestReport): string {
  const failures = cases.filter(({ passed }) => !passed).length
  const suite = `<testsuite name="aicc test" tests="${cases.length}" failures="${failures}" skipped="${skipped}">`
  const body = cases.map((entry) => {
    const { name, at, passed, mismatches } = entry
    const open = `  <testcase name="${xml(say(name))}" classname="${xml(at.file)}" file="${xml(at.file)}" line="${at.line}"`
    if (passed) return `${open}/>`
    const message = mismatches.map(({ field }) => field).join(', ')
    return `${open}>\n    <failure message="${xml(message)}">${xml(renderFailure(entry))}</failure>\n  </testcase>`
  })
  return ['<?xml version="1.0" encoding="UTF-8"?>', suite, ...body, '</testsuite>', ''].join('\n')
}

function show(value: unknown): string {
  if (value === null) return 'nothing'
  return say(typeof value === 'string' ? value : JSON.stringify(value))
}

/** Names of cases may quote what they paste. */
function say(text: string): string {
  return visible(maskSecrets(text))
}

function xml(text: string): string {
  const marks: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
  return text.replaceAll(/[&<>"]/g, (mark) => marks[mark] ?? mark)
}
