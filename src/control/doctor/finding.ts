/** One thing that `aicc doctor` looked at. */
export interface Finding {
  /** Stable name of the check. */
  check: string
  /** What was looked at, such as `backend gpu`. */
  subject: string
  verdict: 'ok' | 'warn' | 'fail'
  message: string
  /** What to do about it. */
  help: string | null
}

export type Report = (check: string, verdict: Finding['verdict'], message: string, help?: string) => void

/** Collects findings about one subject. */
export function createReport(subject: string): { findings: Finding[]; report: Report } {
  const findings: Finding[] = []
  const report: Report = (check, verdict, message, help) => {
    findings.push({ check, subject, verdict, message, help: help ?? null })
  }
  return { findings, report }
}
