/** Lines of workerd's that no operator needs. */

/**
 * At each start with V8 flags of ours: that it compiles its own scripts anew. At each CONNECT request, before any code of
 * ours could judge it: two lines, which anybody without a key could fill the log with. At each connection to a name that
 * leads nowhere, which `attempt-failed` tells of.
 */
const NOISE =
  /per-isolate bootstrap compile cache failed its compatibility check|we lack a handler\. Did you remember to export a connect\(\)|Handler does not export a connect\(\) function|failed: DNS lookup failed\. host = /

/** Where workerd was when it said what stands above. */
const STACK = /^stack: /

/** @returns whether a line is noise, told of one line of a stream after the other */
export function createNoiseFilter(): (line: string) => boolean {
  let wasNoise = false
  return (line) => {
    wasNoise = NOISE.test(line) || (wasNoise && STACK.test(line))
    return wasNoise
  }
}
