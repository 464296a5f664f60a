/** `POST /hooks/mattermost`: open to whoever knows its token, which the control process alone does. */
import type { Context } from 'hono'
import { GatewayError } from '../../errors.ts'
import type { Ports } from '../../ports.ts'
import type { MattermostResponse } from '../../table/mattermost-hook.ts'
import { startWatch } from '../watch.ts'
import type { EdgeEnv } from './edge-env.ts'
import type { FailedKeys } from './failed-keys.ts'
import { readBody } from './read-body.ts'

/** Whatever Mattermost sends is far smaller. */
const BOUNDS = { bodyBytes: 16 * 1024, bodyTimeoutMs: 1000 }

const FORM_OR_JSON = /^application\/(?:x-www-form-urlencoded|json)(?:\s*;|\s*$)/i

/** @throws GatewayError invalid_api_key (403), too_many_failed_keys (429), and those of reading a body */
export async function answerHook(
  c: Context<EdgeEnv>,
  { ports, failedKeys }: { ports: Pick<Ports, 'hook' | 'clientAddress'>; failedKeys: FailedKeys },
): Promise<Response> {
  const head = c.get('head')
  if (!FORM_OR_JSON.test(head.contentType ?? '')) {
    throw new GatewayError('unsupported_media_type', 'Send a form or JSON, as Mattermost does.')
  }
  const watch = startWatch(() => {})
  try {
    const bytes = await readBody(c.req.raw, head, { limits: BOUNDS, watch })
    const answer = await ports.hook({
      contentType: head.contentType ?? '',
      authorization: head.authorization,
      body: new TextDecoder().decode(bytes),
    })
    if (answer === null) return say(c, 'The gateway cannot do that just now.')
    if (answer.kind === 'answer') return say(c, answer.response)
    if (answer.kind === 'unreadable')
      throw new GatewayError('invalid_field', 'This is no post of Mattermost.')
    const { limits } = c.get('snapshot').table
    const wait = failedKeys.book(ports.clientAddress(c.req.raw), limits.failedKeys, Date.now())
    if (wait === null) throw new GatewayError('invalid_api_key', 'This token is not known here.')
    throw new GatewayError('too_many_failed_keys', 'Too many wrong tokens came from this address.', {
      headers: { 'retry-after': String(wait) },
    })
  } finally {
    watch.stop()
  }
}

function say(c: Context<EdgeEnv>, response: MattermostResponse | string): Response {
  const body = typeof response === 'string' ? { response_type: 'ephemeral', text: response } : response
  return Response.json(body, { headers: { 'cache-control': 'no-store', ...c.get('answerHeaders') } })
}
