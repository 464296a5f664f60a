/**
 * Every name and address by which a client may reach this machine: the Host check and the certificate use the same list.
 */
import { hostname, networkInterfaces } from 'node:os'

/**
 * Lower case, without port, IPv6 without brackets, sorted and unique.
 * @param extra further names, from `listen.names` and `--name`
 */
export function machineNames(extra: readonly string[]): string[] {
  const host = hostname().toLowerCase()
  const short = host.split('.')[0] ?? host
  const fixed = ['localhost', host, `${short}.local`, 'host.docker.internal', '127.0.0.1', '::1']
  const names = [...fixed, ...lanAddresses(), ...extra.map((name) => name.toLowerCase())]
  return [...new Set(names)].filter((name) => name !== '').sort()
}

/** Addresses of this machine's interfaces. Link-local IPv6 is left out: it needs a zone, which no Host header carries. */
function lanAddresses(): string[] {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ internal, address }) => !internal && !/^fe[89ab]/i.test(address))
    .map(({ address }) => address.toLowerCase())
}
