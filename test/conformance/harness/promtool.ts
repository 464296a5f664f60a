/** Prometheus' own tool, where the machine has it. */
import { spawnSync } from 'node:child_process'

export const hasPromtool: boolean = spawnSync('promtool', ['--version']).status === 0
if (!hasPromtool) console.warn('skipped: promtool is not installed (Debian package `prometheus`)')

/** @returns what it has to say; empty = all is well */
export function promtool(args: readonly string[], input = ''): string {
  const { status, stdout, stderr } = spawnSync('promtool', args, { input, encoding: 'utf8' })
  return status === 0 ? '' : `${stdout}${stderr}`
}
