/**
 * What processes use, from /proc. Elsewhere than on Linux every figure is null.
 */
import { readFile } from 'node:fs/promises'

/** Clock ticks per second of /proc; 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100

/** User and system time of a process, in seconds; with that of its children that have ended, if asked for. */
export async function cpuSeconds(
  pid: number | null,
  { withEndedChildren = false }: { withEndedChildren?: boolean } = {},
): Promise<number | null> {
  const text = pid === null ? null : await readOrNull(`/proc/${pid}/stat`)
  if (text === null) return null
  // The name in parentheses may hold spaces; what follows it does not. utime is field 14 of the line.
  const times = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, withEndedChildren ? 15 : 13)
  return times.reduce((sum, ticks) => sum + Number(ticks), 0) / TICKS_PER_SECOND
}

/** Resident memory of a process, in bytes. */
export async function rssBytes(pid: number | null): Promise<number | null> {
  const text = pid === null ? null : await readOrNull(`/proc/${pid}/status`)
  const kilobytes = text?.match(/^VmRSS:\s+(\d+) kB$/m)?.[1]
  return kilobytes === undefined ? null : Number(kilobytes) * 1024
}

/** Processor time that the whole machine has used since its start, in seconds. */
export async function machineCpuSeconds(): Promise<number | null> {
  const text = await readOrNull('/proc/stat')
  if (text === null) return null
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = text
    .slice(0, text.indexOf('\n'))
    .split(/\s+/)
    .slice(1)
    .map(Number)
  return (user + nice + system + irq + softirq + steal) / TICKS_PER_SECOND
}

async function readOrNull(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8')
  } catch {
    return null
  }
}
