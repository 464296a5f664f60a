/**
 * The last of some kinds of objects that each request makes, so that one of each is always there. When V8 collects while
 * there is none, it forgets their shape, and the code of their closures, and all optimized code that knew them: at half
 * load that is twice a second, and everything is optimized anew (`docs/performance.md`, limits). Nobody reads it.
 */
export const kept: {
  exchange: object | null
  tries: object | null
  attempt: object | null
  /** What a backend was sent, and the headers that its answer got. */
  request: object | null
  headers: object | null
  /** What a backend said that it used. */
  usage: object | null
} = { exchange: null, tries: null, attempt: null, request: null, headers: null, usage: null }
