/**
 * Whether an environment variable holds a URL to which alerts may be posted. No Node in here: Cloudflare's wiring judges
 * its secrets with the same code.
 */

/** Names of hosts that are nobody's on the internet. */
const LOCAL_NAME = /(^|\.)(localhost|local|lan|internal|home\.arpa)$|^[^.:]+$/
const LOCAL_V4 = /^(127|10|192\.168|169\.254|172\.(1[6-9]|2\d|3[01]))(\.\d+)+$/
const LOCAL_V6 = /^\[(::1|f[cd][0-9a-f]{2}:.*|fe80:.*)\]$/

/** @returns what is wrong, without the URL, which is a secret; null when nothing is */
export function webhookProblem(url: string): string | null {
  if (!URL.canParse(url)) return 'is no URL'
  const { protocol, hostname, username, password } = new URL(url)
  if (username !== '' || password !== '') return 'holds a user name or a password'
  if (protocol === 'https:') return null
  if (protocol !== 'http:') return 'does not begin with https:// or http://'
  const isLocal = LOCAL_NAME.test(hostname) || LOCAL_V4.test(hostname) || LOCAL_V6.test(hostname)
  return isLocal ? null : 'begins with http://, which anybody on the way could read: use https://'
}
