/** Signs as a client does, by Node's own means. */
import { createHash, createHmac } from 'node:crypto'

export const SECRET = 'unit-test-secret-0123456789abcdef'

export interface ToSign {
  /** Seconds. */
  time: number
  method?: string
  path?: string
  nonce?: string
  body?: string
  secret?: string
}

/** Headers of a signed request. */
export function signRequest({
  time,
  method = 'POST',
  path = '/v1/chat/completions',
  nonce,
  body = '',
  secret = SECRET,
}: ToSign): Record<string, string> {
  const digest = createHash('sha256').update(body).digest('hex')
  const lines = [String(time), method, path, ...(nonce === undefined ? [] : [nonce]), digest]
  return {
    'x-aicc-timestamp': String(time),
    ...(nonce !== undefined && { 'x-aicc-nonce': nonce }),
    'x-aicc-signature': createHmac('sha256', secret).update(lines.join('\n')).digest('hex'),
  }
}
