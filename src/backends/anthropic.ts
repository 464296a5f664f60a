/** Anthropic's API, or whoever speaks it. */
import type { BackendBehaviour } from './kind.ts'

/**
 * Betas that would have it fetch, run or keep something for a request whatever the policy says of that, and the one that
 * makes it take the login of a subscription for a key.
 */
const WITHHELD = /^(?:code-execution|files-api|mcp-client|oauth|skills|web-fetch|web-search)-/

/** A beta's name ends in its date: nothing else goes through by this header. */
const BETA = /^[a-z][a-z0-9-]{0,60}-20\d\d-?\d\d-?\d\d$/

/** More than anybody sends. */
const MOST_BETAS = 32

const LIMITED = ['requests', 'tokens', 'input-tokens', 'output-tokens'] as const

export const anthropic: BackendBehaviour = {
  addedMembers: '',
  emptiedFields: [],
  labelledMembers: {},
  responseHeaders: [
    'request-id',
    ...LIMITED.flatMap((what) =>
      ['limit', 'remaining', 'reset'].map((which) => `anthropic-ratelimit-${what}-${which}`),
    ),
  ],
  handedOn: { 'anthropic-version': versionOf, 'anthropic-beta': betasOf },
}

function versionOf(value: string): string | null {
  return /^20\d\d-\d\d-\d\d$/.test(value) ? value : null
}

function betasOf(value: string): string | null {
  const names = value.split(',', MOST_BETAS).map((name) => name.trim())
  const shown = names.filter((name) => BETA.test(name) && !WITHHELD.test(name))
  return shown.length === 0 ? null : shown.join(',')
}
