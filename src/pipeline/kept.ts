/**
 * The last of some kinds of objects that each request makes, so that one of each is always there. When V8 collects while
 * there is none, it forgets their shape, and the code of their closures, and all optimized code that knew them: at half
 * load that is twice a second, and everything is optimized anew (`docs/performance.md`, limits). Nobody reads it.
 */
import type { Exchange } from './forward/exchange.ts'

/** Characters; a longer body does not stay in memory for the sake of a shape. */
const MOST_TEXT = 65_536

interface Kept {
  exchange: Exchange | null
  /** Of that exchange. */
  tries: object | null
  attempt: object | null
  /** What its backend was sent. */
  request: object | null
  /** The headers that an answer got. */
  headers: object | null
  /** What a backend said that it used. */
  usage: object | null
}

export const kept: Kept = {
  exchange: null,
  tries: null,
  attempt: null,
  request: null,
  headers: null,
  usage: null,
}

/** Unless it is large, or its text is nothing that should outlive its request. */
export function keepExchange(exchange: Exchange): void {
  const { request, labelled } = exchange
  if (labelled || request.form !== undefined || request.body.text.length > MOST_TEXT) return
  kept.exchange = exchange
}
