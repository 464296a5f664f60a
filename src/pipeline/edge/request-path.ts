/**
 * The request's path, derived once: the router, the log and every check use this one.
 * It is the raw path as sent: nothing is decoded or normalised, so no two readers can disagree on it.
 */

/**
 * Path of a request URL or of a request target in origin form, without query; `/` when empty.
 * The authority must already be known to be sane.
 */
export function requestPath(url: string): string {
  const authority = url.startsWith('/') ? 0 : url.indexOf('://') + 3
  const start = url.indexOf('/', authority)
  if (start === -1) return '/'
  const query = url.indexOf('?', authority)
  return query === -1 || query < start ? url.slice(start) : url.slice(start, query)
}
