/**
 * The log of requests and events. Lines of a batch are written at once; a disk that does not take them costs these lines
 * and nothing else, which is told once until it takes some again.
 */
import type { Log, LogLine } from '../table/log-line.ts'
import type { Observe } from './usage-book.ts'
import { eventLine, requestLine } from './log-lines.ts'

export interface RequestLog {
  /** One line for a record; written with the next flush. */
  observe: Observe
  /** One line for what edge or control process printed; written at once. */
  note: Log
  flush: () => void
}

export interface RequestLogOptions {
  /** Appends whole lines. @throws Error when the disk does not take them */
  append: (text: string) => void
  /** Tells the operator. */
  tell: Log
  /** Unix ms. */
  now: () => number
}

export function createRequestLog({ append, tell, now }: RequestLogOptions): RequestLog {
  let lines = ''
  let fails = false
  const add = (line: LogLine): void => {
    lines += `${JSON.stringify(line)}\n`
  }
  const flush = (): void => {
    if (lines === '') return
    const text = lines
    lines = ''
    try {
      append(text)
      fails = false
    } catch (error) {
      if (!fails) tell('error', `the log is not written: ${(error as Error).message}`)
      fails = true
    }
  }
  return {
    observe: (value) => add(requestLine(value)),
    note(level, line) {
      add(eventLine(level, line, now()))
      flush()
    },
    flush,
  }
}
