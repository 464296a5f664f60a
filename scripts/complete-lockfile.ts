/**
 * Writes into package-lock.json what npm left out: optional packages of other systems that the registry in use does not hold.
 * Without them `npm ci` calls the lockfile out of sync, and other systems would not get their binaries.
 * To be run after an `npm install` against a partial mirror. They are pinned by version; their hash is not known there.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

interface LockEntry {
  version?: string
  dev?: boolean
  optional?: boolean
  optionalDependencies?: Record<string, string>
  os?: string[]
  cpu?: string[]
  libc?: string[]
}

interface Lockfile {
  packages: Record<string, LockEntry>
}

/** As packages' names have it → as Node calls it. */
const SYSTEMS: Record<string, string> = { windows: 'win32' }
const PROCESSORS: Record<string, string> = { '64': 'x64' }

/** @returns path in node_modules → entry, for each optional package that has none */
export function missingEntries({ packages }: Lockfile): Record<string, LockEntry> {
  const missing: Record<string, LockEntry> = {}
  for (const [parent, { optionalDependencies = {}, dev }] of Object.entries(packages)) {
    for (const [name, version] of Object.entries(optionalDependencies)) {
      const path = `node_modules/${name}`
      if (path in packages || `${parent}/${path}` in packages) continue
      missing[path] = { version, ...(dev && { dev }), optional: true, ...platformOf(name) }
    }
  }
  return missing
}

/** From a name such as `@oxlint/binding-linux-riscv64-musl` or `@cloudflare/workerd-darwin-64`. */
function platformOf(name: string): Pick<LockEntry, 'os' | 'cpu' | 'libc'> {
  const match =
    /(aix|android|darwin|freebsd|linux|openharmony|win32|windows)-([a-z0-9]+)(?:-([a-z]+))?$/.exec(name)
  if (match === null) throw new Error(`cannot tell the system that ${name} is for`)
  const [, os = '', cpu = '', libc = ''] = match
  const family = libc.startsWith('musl') ? 'musl' : 'glibc'
  return {
    cpu: [PROCESSORS[cpu] ?? cpu],
    ...(os === 'linux' && libc !== '' && { libc: [family] }),
    os: [SYSTEMS[os] ?? os],
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const file = fileURLToPath(new URL('../package-lock.json', import.meta.url))
  const lockfile = JSON.parse(readFileSync(file, 'utf8')) as Lockfile
  const packages = { ...lockfile.packages, ...missingEntries(lockfile) }
  const sorted = Object.entries(packages).toSorted(([a], [b]) => a.localeCompare(b, 'en'))
  writeFileSync(file, `${JSON.stringify({ ...lockfile, packages: Object.fromEntries(sorted) }, null, 2)}\n`)
}
