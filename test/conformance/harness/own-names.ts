/** Names that a test decides: the gateway runs in a mount namespace with a hosts file and a resolver of its own. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface OwnNames {
  /** For `startGateway`. */
  within: readonly string[]
  /** What the names lead to from now on; all others go to the resolver. */
  set: (addresses: Readonly<Record<string, string>>) => void
  remove: () => void
}

const MOUNT =
  'mount --bind "$0/hosts" /etc/hosts && mount --bind "$0/resolv.conf" /etc/resolv.conf && exec "$@"'

/** Linux with user namespaces, and root for port 53; elsewhere the suites that want it skip themselves. */
export function canHaveOwnNames(): boolean {
  return process.getuid?.() === 0 && spawnSync('unshare', ['-rm', 'true']).status === 0
}

/** @param resolver address of the only name server, on port 53 */
export function createOwnNames(resolver: string): OwnNames {
  const folder = mkdtempSync(join(tmpdir(), 'aicc-names-'))
  // Written in place: what is mounted is the file, not its name.
  const set: OwnNames['set'] = (addresses) => {
    const lines = Object.entries({ localhost: '127.0.0.1', ...addresses }).map(
      ([name, at]) => `${at} ${name}\n`,
    )
    writeFileSync(join(folder, 'hosts'), lines.join(''))
  }
  set({})
  // Longer than a connection may take, and no longer: whoever stops the gateway waits for it.
  writeFileSync(join(folder, 'resolv.conf'), `nameserver ${resolver}\noptions timeout:3 attempts:1\n`)
  return {
    within: ['unshare', '-rm', 'sh', '-c', MOUNT, folder],
    set,
    remove: () => rmSync(folder, { recursive: true }),
  }
}
