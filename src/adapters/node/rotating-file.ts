/** A file that is appended to, and put aside when it is large or old. Synchronous: for a thread of its own. */
import { appendFileSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export interface RotatingFileOptions {
  /** Made if need be, mode 0700. */
  folder: string
  /** Of the file that is written, without `.log`; those put aside are called `name-TIME.log`. */
  name: string
  /** It is put aside before it would be larger than that. */
  maxBytes: number
  /** It is put aside when its first line is so old. */
  maxAgeMs: number
  /** How many of those put aside are kept. */
  keep: number
}

export interface RotatingFile {
  /**
   * @param now Unix ms
   * @throws Error when the disk does not take it
   */
  append: (text: string, now: number) => void
}

export function createRotatingFile({
  folder,
  name,
  maxBytes,
  maxAgeMs,
  keep,
}: RotatingFileOptions): RotatingFile {
  const path = join(folder, `${name}.log`)
  /** Null = it is to be looked for. */
  let current: { bytes: number; since: number } | null = null

  const open = (now: number): { bytes: number; since: number } => {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const found = statSync(path, { throwIfNoEntry: false })
    if (found !== undefined) return { bytes: found.size, since: found.birthtimeMs }
    writeFileSync(path, '', { mode: 0o600 })
    return { bytes: 0, since: now }
  }
  const putAside = (now: number): void => {
    renameSync(path, join(folder, `${name}-${new Date(now).toISOString().replaceAll(':', '-')}.log`))
    const aside = readdirSync(folder)
      .filter((entry) => entry.startsWith(`${name}-`) && entry.endsWith('.log'))
      .toSorted()
    for (const old of aside.slice(0, Math.max(0, aside.length - keep)))
      rmSync(join(folder, old), { force: true })
  }
  return {
    append(text, now) {
      current ??= open(now)
      const size = Buffer.byteLength(text)
      if (current.bytes > 0 && (current.bytes + size > maxBytes || now - current.since >= maxAgeMs)) {
        current = null
        putAside(now)
        current = open(now)
      }
      try {
        appendFileSync(path, text, { mode: 0o600 })
        current.bytes += size
      } catch (error) {
        // It may be gone, or half written.
        current = null
        throw error
      }
    },
  }
}
