/**
 * Keeps an edge from ending before its last record was taken: workerd drops what goes on behind a request when it is
 * told to end, but not a connection that is being answered.
 */
import http from 'node:http'

const BEGINS_WITHIN_MS = 500

/**
 * To be called before SIGTERM. Resolves when the edge has begun to hold on, or when it does not answer; never rejects.
 * @param socketPath the edge's control socket
 */
export function holdEdge(socketPath: string): Promise<void> {
  return new Promise((resolve) => {
    const request = http.get(
      { socketPath, path: '/drain', agent: false, headers: { host: 'control' } },
      (response) => {
        clearTimeout(timer)
        // An edge that is killed breaks it off.
        response.once('error', () => {})
        response.resume()
        resolve()
      },
    )
    const timer = setTimeout(() => request.destroy(new Error('too late')), BEGINS_WITHIN_MS)
    request.once('error', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}
