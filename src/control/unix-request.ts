/**
 * One HTTP request over a Unix socket, as the control process and the edge speak to each other.
 */
import http from 'node:http'

export interface UnixRequest {
  socketPath: string
  method: 'GET' | 'PUT' | 'POST' | 'DELETE'
  path: string
  body?: string
  timeoutMs: number
}

/** @throws Error when nobody answers in time; a status is no error. */
export function unixRequest(request: UnixRequest): Promise<{ status: number; body: string }> {
  const { socketPath, method, path, body, timeoutMs } = request
  return new Promise((resolve, reject) => {
    const headers = body === undefined ? {} : { 'content-type': 'application/json' }
    const outgoing = http.request(
      // A fixed Host: the socket's name is nobody's business. No agent: each edge is asked a few times only.
      { socketPath, method, path, agent: false, headers: { host: 'control', ...headers } },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.once('error', reject)
        response.once('end', () =>
          resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') }),
        )
      },
    )
    outgoing.setTimeout(timeoutMs, () =>
      outgoing.destroy(new Error(`no answer to ${method} ${path} within ${timeoutMs} ms`)),
    )
    outgoing.once('error', reject)
    outgoing.end(body)
  })
}
