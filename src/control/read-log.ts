/** Reads the log of a state folder: the last lines of all its files, and what is written from then on. */
import { type FileHandle, open, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { LogLine } from '../table/log-line.ts'

const CURRENT = 'aicc.log'
/** Put aside, in the order of their names. */
const ASIDE = /^aicc-.*\.log$/
const LOOK_EVERY_MS = 250
const CHUNK_BYTES = 256 * 1024

export interface ReadLogOptions {
  /** The log's folder. */
  folder: string
  /** Which of them. */
  wanted: (line: LogLine) => boolean
  /** So many that are there already, the newest ones. */
  last: number
  /** Goes on with what comes until it is aborted; left out, ends with what is there. */
  follow?: AbortSignal
}

/** Oldest first. A line that cannot be read is left out. */
export async function* readLog({ folder, wanted, last, follow }: ReadLogOptions): AsyncGenerator<LogLine> {
  const current = await openIfThere(join(folder, CURRENT))
  const present = current === null ? [] : (await linesOf(current)).filter(wanted)
  const missing = Math.max(0, last - present.length)
  yield* (await linesBefore(folder, wanted, missing)).concat(present).slice(last === 0 ? Infinity : -last)
  if (follow === undefined) await current?.handle.close()
  else yield* linesAfter(current, { folder, wanted, follow })
}

/** @returns so many of those put aside at least, as far as there are */
async function linesBefore(
  folder: string,
  wanted: ReadLogOptions['wanted'],
  least: number,
): Promise<LogLine[]> {
  const names = await readdir(folder).catch(() => [])
  const aside = names.filter((entry) => ASIDE.test(entry)).toSorted()
  const parts: LogLine[][] = []
  let count = 0
  while (count < least) {
    const name = aside.pop()
    if (name === undefined) break
    const file = await openIfThere(join(folder, name))
    if (file === null) continue
    const part = (await linesOf(file)).filter(wanted)
    await file.handle.close()
    count += part.length
    parts.unshift(part)
  }
  return parts.flat()
}

async function* linesAfter(
  first: OpenFile | null,
  { folder, wanted, follow }: { follow: AbortSignal } & Pick<ReadLogOptions, 'folder' | 'wanted'>,
): AsyncGenerator<LogLine> {
  let current = first
  try {
    while (!follow.aborted) {
      // Looked for before the old one is read to its end: nothing more comes to that once it was put aside.
      const found = await openIfThere(join(folder, CURRENT))
      if (current !== null) yield* (await linesOf(current)).filter(wanted)
      if (found === null || found.inode === current?.inode) {
        await found?.handle.close()
        await sleep(LOOK_EVERY_MS, undefined, { signal: follow }).catch(() => {})
      } else {
        await current?.handle.close()
        current = found
      }
    }
  } finally {
    await current?.handle.close()
  }
}

interface OpenFile {
  handle: FileHandle
  inode: number
  /** How far it was read, in bytes. */
  at: number
  /** Begun, and not ended yet. */
  rest: Buffer
}

async function openIfThere(path: string): Promise<OpenFile | null> {
  const handle = await open(path).catch(() => null)
  if (handle === null) return null
  const { ino } = await handle.stat()
  return { handle, inode: ino, at: 0, rest: Buffer.alloc(0) }
}

/** The whole lines that have come since it was last read. */
async function linesOf(file: OpenFile): Promise<LogLine[]> {
  const lines: LogLine[] = []
  const buffer = Buffer.alloc(CHUNK_BYTES)
  for (;;) {
    const { bytesRead } = await file.handle.read(buffer, 0, CHUNK_BYTES, file.at)
    if (bytesRead === 0) return lines
    file.at += bytesRead
    const bytes = Buffer.concat([file.rest, buffer.subarray(0, bytesRead)])
    const end = bytes.lastIndexOf(10) + 1
    file.rest = bytes.subarray(end)
    for (const text of bytes.toString('utf8', 0, end).split('\n')) {
      const line = parse(text)
      if (line !== null) lines.push(line)
    }
  }
}

/** A crash may have cut one. */
function parse(text: string): LogLine | null {
  try {
    return text === '' ? null : (JSON.parse(text) as LogLine)
  } catch {
    return null
  }
}
