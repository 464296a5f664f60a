/** What can go wrong with a backend, and what a client then gets to see: the rows of the fault matrix. */
import type { TimeoutsConfig } from '../../compiler/config/policy.ts'
import type { FailureCause } from '../../src/table/route-table.ts'
import { json, type Reply } from '../upstream/reply.ts'
import { isNative, KINDS, KIND_TRAITS, type Kind } from './kinds.ts'
import type { WireWords } from './wires.ts'

/** Where the model lives: a host that answers by the script, or one that does not answer at all. */
export type Place = 'main' | 'refused' | 'hole' | 'gone'

/** What a client gets of one call. */
export interface Outcome {
  status: number
  /** Code of the error, in the answer or in its last frame. */
  code: string | null
  attempts: number
  /** Who answered with content or at least began to; null = nobody. */
  by: Place | 'spare' | 'large' | 'other' | null
  /** Targets that failed and why, in their order. */
  failed: string
}

/** What a backend says, in the words of its protocol. */
export type Say = (words: WireWords) => Reply

export interface Fault {
  name: string
  place: Place
  reply: Say
  kinds: readonly Kind[]
  timeouts: TimeoutsConfig
  /** Without a fallback, and with fallbacks for a filter, for a context, and for all else. */
  alone: Outcome
  backed: Outcome
  /** Code of the error where it is told in the gateway's words rather than the backend's. */
  translatedCode?: string
}

interface Failing {
  cause: FailureCause
  /** What a client is told when there is nobody else. */
  told: readonly [status: number, code: string | null]
  /** Whether it is tried again: policy allows it once. */
  again: boolean
  place?: Place
  reply?: Reply | Say
  kinds?: readonly Kind[]
  timeouts?: TimeoutsConfig
}

function saying(reply: Reply | Say): Say {
  return typeof reply === 'function' ? reply : () => reply
}

/** A fault before anything was sent: the fallback that answers to its cause answers the client. */
function failing(name: string, { cause, told, again, place = 'main', ...rest }: Failing): Fault {
  const attempts = again ? 2 : 1
  const failed = Array.from({ length: attempts }, () => cause).join(' ')
  const by = cause === 'context' ? 'large' : cause === 'content-filter' ? 'other' : 'spare'
  return {
    name,
    place,
    reply: saying(rest.reply ?? []),
    kinds: rest.kinds ?? KINDS,
    timeouts: rest.timeouts ?? {},
    alone: { status: told[0], code: told[1], attempts, by: null, failed },
    backed: { status: 200, code: null, attempts: attempts + 1, by, failed },
  }
}

/** A fault that the client sees as it is, fallback or not: what was sent cannot be taken back. */
function seen(
  name: string,
  reply: Say,
  { code, kinds }: { code: string | null; kinds: readonly Kind[] },
): Fault {
  const outcome: Outcome = { status: 200, code, attempts: 1, by: 'main', failed: '' }
  return { name, place: 'main', reply, kinds, timeouts: {}, alone: outcome, backed: outcome }
}

const STREAM: readonly Kind[] = KINDS.filter((kind) => KIND_TRAITS[kind].streams)
const WHOLE: readonly Kind[] = KINDS.filter((kind) => !KIND_TRAITS[kind].streams)
const OVERLOAD = { error: { message: 'slow down', type: 'rate_limit_error', code: 'rate_limit_exceeded' } }
const TOO_LONG = { message: 'This model has a maximum context length of 8 tokens.', code: '400' }
const FILTERED = { error: { message: 'filtered', type: null, param: 'prompt', code: 'content_filter' } }
const HALF = '{"object":"list","data":[{"embedding":[0.1,'

/** A large JSON answer of which a part comes, and then what `rest` says. */
function half(...rest: Reply): Reply {
  return [{ head: 200, headers: { 'content-type': 'application/json' } }, { send: HALF }, ...rest]
}

/** @param inAMinute a date of HTTP, one minute ahead */
export function faults(inAMinute: string): Fault[] {
  const limited = (after: string): Reply => json(429, OVERLOAD, { 'retry-after': after })
  const rateLimit = { cause: 'rate-limit', told: [429, 'rate_limit_exceeded'] } as const
  const filter = { cause: 'content-filter', told: [400, 'content_filter'], again: false } as const
  const broken = { cause: 'error', told: [502, 'upstream_interrupted'], again: true } as const
  const garbled = { cause: 'error', told: [502, 'upstream_invalid_answer'], again: true } as const
  const failed = { cause: 'error', told: [502, 'upstream_error'], again: true } as const
  const silent = { cause: 'timeout', told: [504, 'upstream_timeout'], again: false } as const
  const unreachable = { cause: 'connect', told: [502, 'upstream_unreachable'], again: true } as const
  return [
    failing('refused', { ...unreachable, place: 'refused' }),
    failing('black hole', { ...unreachable, place: 'hole' }),
    failing('host name gone', { ...unreachable, place: 'gone' }),
    failing('cut before the headers', { ...unreachable, reply: [{ cut: true }] }),
    failing('500', { ...failed, reply: json(500, { error: 'broken' }) }),
    failing('401', {
      cause: 'auth',
      told: [502, 'upstream_auth_failed'],
      again: false,
      reply: json(401, { error: 'no' }),
    }),
    failing('429, Retry-After 1', { ...rateLimit, again: true, reply: limited('1') }),
    failing('429, Retry-After 60', { ...rateLimit, again: false, reply: limited('60') }),
    failing('429, Retry-After a date', { ...rateLimit, again: false, reply: limited(inAMinute) }),
    failing('slow first token', {
      ...silent,
      kinds: STREAM,
      reply: ({ prelude }) => [{ send: prelude }, { stall: true }],
    }),
    {
      // An answer that is not streamed has no first token: it may take all of the time that the request has.
      ...failing('slow answer', {
        ...silent,
        kinds: WHOLE,
        reply: [{ stall: true }],
        timeouts: { firstToken: '400ms', total: '1s' },
      }),
      alone: { status: 504, code: 'upstream_timeout', attempts: 1, by: null, failed: '' },
      backed: { status: 504, code: 'upstream_timeout', attempts: 1, by: null, failed: '' },
    },
    failing('cut before content', {
      ...broken,
      kinds: STREAM,
      reply: ({ prelude }) => [{ send: prelude }, { at: 30 }, { cut: true }],
    }),
    failing('cut in the answer', { ...broken, kinds: WHOLE, reply: half({ at: 30 }, { cut: true }) }),
    seen(
      'cut behind content',
      ({ prelude, begun }) => [{ send: prelude + begun }, { at: 30 }, { cut: true }],
      {
        code: 'upstream_interrupted',
        kinds: STREAM,
      },
    ),
    failing('stall in the answer', { ...silent, kinds: WHOLE, reply: half({ stall: true }) }),
    seen('stall behind content', ({ prelude, begun }) => [{ send: prelude + begun }, { stall: true }], {
      code: 'upstream_timeout',
      kinds: STREAM,
    }),
    failing('garbled chunk', {
      ...garbled,
      kinds: STREAM,
      reply: (words) => [{ send: words.prelude + words.garbled }],
    }),
    failing('garbled answer', {
      ...garbled,
      kinds: WHOLE,
      reply: [
        { head: 200, headers: { 'content-type': 'application/json' } },
        { send: '{"object":"list","da' },
      ],
    }),
    failing('error in-band', {
      ...failed,
      kinds: STREAM,
      reply: ({ prelude, failure }) => [{ send: prelude + failure({ message: 'no', code: '500' }) }],
    }),
    failing('error in a 200', { ...failed, kinds: WHOLE, reply: json(200, { error: { message: 'no' } }) }),
    {
      ...seen(
        'error in-band behind content',
        ({ prelude, begun, failure }) => [
          { send: prelude + begun + failure({ message: 'no', code: 'down' }) },
        ],
        { code: 'down', kinds: STREAM },
      ),
      translatedCode: 'upstream_error',
    },
    failing('content filter', { ...filter, reply: json(400, FILTERED) }),
    {
      // Where nobody may take over, the client gets what the backend says: an answer without content.
      ...failing('filtered answer', {
        ...filter,
        kinds: STREAM,
        reply: ({ prelude, filteredEnd }) => [{ send: prelude + filteredEnd }],
      }),
      alone: { status: 200, code: null, attempts: 1, by: 'main', failed: '' },
    },
    {
      ...failing('filtered, not streamed', {
        ...filter,
        kinds: WHOLE.filter((kind) => kind !== 'embeddings'),
        reply: ({ filtered }) => filtered,
      }),
      alone: { status: 200, code: null, attempts: 1, by: 'main', failed: '' },
    },
    failing('context overflow', {
      cause: 'context',
      told: [400, 'context_length_exceeded'],
      again: false,
      reply: json(400, { error: TOO_LONG }),
    }),
    failing('context overflow in-band', {
      cause: 'context',
      told: [400, 'context_length_exceeded'],
      again: false,
      kinds: STREAM,
      reply: ({ failure }) => [{ send: failure(TOO_LONG) }],
    }),
  ]
}

/** Code of OpenAI's error → the type that Anthropic's clients get in its place. */
const TYPES: Readonly<Record<string, string>> = {
  upstream_timeout: 'timeout_error',
  rate_limit_exceeded: 'rate_limit_error',
  context_length_exceeded: 'invalid_request_error',
  content_filter: 'invalid_request_error',
}

/** What a client of that kind sees. */
export function outcomeFor(fault: Fault, kind: Kind, how: 'alone' | 'backed'): Outcome {
  const outcome = fault[how]
  if (outcome.code === null) return outcome
  if (isNative(kind) && fault.translatedCode !== undefined) return outcome
  const code = fault.translatedCode ?? outcome.code
  const isTyped = KIND_TRAITS[kind].surface === 'messages'
  return { ...outcome, code: isTyped ? (TYPES[code] ?? 'api_error') : code }
}
