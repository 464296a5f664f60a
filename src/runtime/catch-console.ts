/**
 * What libraries print, as events: the log is read line by line, and a stack is thirty of them. @hono/node-server prints
 * whatever breaks an answer off, and offers no other way.
 */
import type { EdgeEvent } from '../ports.ts'
import { AnswerBroken } from './answer-broken.ts'

/** @param log takes what nobody else tells of */
export function catchConsole(
  target: Pick<Console, 'error' | 'info' | 'warn'>,
  log: (event: EdgeEvent) => void,
): void {
  const tell = (what: unknown): void => {
    if (what instanceof AnswerBroken) return
    log({ event: 'internal-error', correlationId: 'none', cause: String(what) })
  }
  target.error = tell
  target.warn = tell
  // "The user aborted a request": that is the record's to tell.
  target.info = () => {}
}
