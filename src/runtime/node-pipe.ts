/**
 * The pipe of an answer on Node. @hono/node-server looks at the first of a body before it sends the head: of one that has
 * broken by then it makes a 500 in plain text, whose connection then dies under the next request. So what breaks off does
 * so a moment later, when the head is out.
 */
import type { BytePipe } from '../ports.ts'
import { AnswerBroken } from './answer-broken.ts'

const HEAD_OUT_MS = 25

export function createNodePipe(): BytePipe {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
  const getWriter = writable.getWriter.bind(writable)
  writable.getWriter = () => {
    const writer = getWriter()
    const abort = writer.abort.bind(writer)
    writer.abort = async (reason) => {
      await new Promise((resolve) => {
        setTimeout(resolve, HEAD_OUT_MS)
      })
      await abort(new AnswerBroken('the answer was broken off', { cause: reason }))
    }
    return writer
  }
  return { readable, writable }
}
