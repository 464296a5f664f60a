/**
 * How fast the answer of a stream went on behind its first token.
 * @param answer tokens, Unix ms, and ms until the first token (null = it was no stream)
 * @returns tokens a second, to a tenth; null = there is nothing to tell it by
 */
export function tokenRate(answer: {
  outputTokens: number
  startedAt: number
  endedAt: number
  firstTokenMs: number | null
}): number | null {
  const { outputTokens, startedAt, endedAt, firstTokenMs } = answer
  if (firstTokenMs === null || outputTokens < 2) return null
  const seconds = (endedAt - startedAt - firstTokenMs) / 1000
  return seconds > 0 ? Math.round((10 * (outputTokens - 1)) / seconds) / 10 : null
}
