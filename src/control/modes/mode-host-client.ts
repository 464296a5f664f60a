/**
 * Speaks to the host that tells whether a mode is on. What it is sent goes to the addresses of the policy and nowhere
 * else: a redirect counts as a refusal.
 */
import { request } from 'undici'
import type { ModeHost } from '../../table/mode-host.ts'
import { readModeAnswer } from './read-mode-answer.ts'

/** No answer of this kind is longer. */
const MAX_ANSWER_BYTES = 64 * 1024

export type ModeFinding = { on: boolean } | { error: string }

/** Calls never reject; each takes at most the host's `timeoutMs`. */
export interface ModeHostClient {
  ask: () => Promise<ModeFinding>
  /** @returns what went wrong, null when the host took it */
  toggle: (on: boolean) => Promise<string | null>
  /** @returns what went wrong, null when the host took it */
  stopAll: () => Promise<string | null>
}

/** @param key sent along as a bearer key; null = none */
export function createModeHostClient(host: ModeHost, key: string | null): ModeHostClient {
  const call = async (method: 'GET' | 'POST', url: string, content?: object): Promise<string> => {
    const { statusCode, body } = await request(url, {
      method,
      signal: AbortSignal.timeout(host.timeoutMs),
      headers: {
        accept: 'application/json',
        ...(key !== null && { authorization: `Bearer ${key}` }),
        ...(content !== undefined && { 'content-type': 'application/json' }),
      },
      body: content === undefined ? null : JSON.stringify(content),
    })
    let text = ''
    for await (const chunk of body.setEncoding('utf8') as AsyncIterable<string>) {
      text += chunk
      if (text.length > MAX_ANSWER_BYTES) throw new Error('the answer is too long')
    }
    if (statusCode < 200 || statusCode > 299) throw new Error(`it answered ${statusCode}`)
    return text
  }
  const tell = async (url: string | null, content?: object): Promise<string | null> => {
    if (url === null) return null
    try {
      await call('POST', url, content)
      return null
    } catch (error) {
      return reasonOf(error, host.timeoutMs)
    }
  }
  return {
    async ask() {
      try {
        const on = readModeAnswer(parse(await call('GET', host.status)), host.on)
        return on === null ? { error: 'its answer does not say' } : { on }
      } catch (error) {
        return { error: reasonOf(error, host.timeoutMs) }
      }
    },
    toggle: (on) => tell(host.toggle, { on }),
    stopAll: () => tell(host.stopAll),
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // A bare word, as simple switches send it.
    return text
  }
}

function reasonOf(error: unknown, timeoutMs: number): string {
  if (!(error instanceof Error)) return String(error)
  if (error.name === 'TimeoutError') return `no answer within ${timeoutMs} ms`
  return error.message || ('code' in error ? String(error.code) : error.name)
}
