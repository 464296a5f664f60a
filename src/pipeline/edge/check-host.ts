/**
 * Judges the Host header before anything else looks at the request. workerd builds `request.url`
 * from it without checking, so `Host: a/b?c` would choose the path (hyperium/hyper#3777).
 */
import { GatewayError } from '../../errors.ts'

/** A host as RFC 9112 §3.2 allows it, without userinfo: name, IPv4 or [IPv6], and an optional port. */
const HOST = /^(?:\[([0-9a-f:.]+)\]|([0-9a-z._-]+))(?::[0-9]{1,5})?$/

/**
 * @param hosts names and addresses the gateway answers to, lower case, without port or brackets
 * @throws GatewayError malformed_host (400), unknown_host (421)
 */
export function checkHost(header: string | null, hosts: ReadonlySet<string>): void {
  const parts = HOST.exec((header ?? '').toLowerCase())
  if (parts === null) throw new GatewayError('malformed_host', 'The Host header is missing or malformed.')
  const name = (parts[1] ?? parts[2] ?? '').replace(/\.$/, '')
  if (!hosts.has(name)) {
    throw new GatewayError(
      'unknown_host',
      'This gateway does not answer to that host name. To add it, start it with `--name HOST` or put it under `listen.names` in policy.yaml.',
    )
  }
}
