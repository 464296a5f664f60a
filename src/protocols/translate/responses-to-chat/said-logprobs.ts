import { isRecord } from '../../json-object.ts'
import type { Logprob } from './output-item.ts'

/** @param logprobs `choices[].logprobs` of chat. Its `bytes` may be null, which the Responses API does not allow. */
export function saidLogprobs(logprobs: unknown): Logprob[] {
  const content = isRecord(logprobs) ? logprobs['content'] : null
  return Array.isArray(content) ? content.flatMap(logprobOf) : []
}

function logprobOf(value: unknown): Logprob[] {
  if (!isRecord(value)) return []
  const { token, logprob, bytes, top_logprobs: top } = value
  if (typeof token !== 'string' || typeof logprob !== 'number') return []
  return [
    {
      token,
      logprob,
      bytes: bytes ?? [],
      top_logprobs: Array.isArray(top) ? top.flatMap(alternativeOf) : [],
    },
  ]
}

function alternativeOf(value: unknown): { token: string; logprob: number; bytes: unknown }[] {
  return logprobOf(value).map(({ token, logprob, bytes }) => ({ token, logprob, bytes }))
}
