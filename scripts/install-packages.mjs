/**
 * Brings node_modules in line with package-lock.json. Plain JavaScript for Node 20, no packages.
 * A stamp inside node_modules holds the lockfile's hash; a lock folder keeps two starts from installing at once.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** Everything, whatever NODE_ENV or the user's npm configuration leaves out; no package runs code at installation. */
const ARGUMENTS = [
  'ci',
  '--ignore-scripts',
  '--include=dev',
  '--include=optional',
  '--no-audit',
  '--no-fund',
  '--loglevel=error',
]

/**
 * @param {string} directory the project's root
 * @throws {Error} with the command to run, when npm fails
 */
export async function installPackages(directory) {
  if (isStamped(directory)) return
  const release = await acquireLock(directory)
  try {
    if (isStamped(directory)) return
    if (!matchesLockfile(directory)) {
      process.stderr.write('aicc: installing packages (once, until package-lock.json changes) ...\n')
      runNpm(directory)
    }
    writeFileSync(stampFile(directory), lockfileHash(directory))
  } finally {
    release()
  }
}

function runNpm(directory) {
  const env = { ...process.env }
  for (const name of Object.keys(env)) {
    // `omit` and `production` from outside win over --include in some npm versions: take them away.
    if (/^npm_config_(omit|only|production|optional|dev)$/i.test(name)) delete env[name]
  }
  // npm sets npm_execpath for its scripts: the very npm that the user called, also where PATH has none.
  const npm = env.npm_execpath?.endsWith('.js') ? [process.execPath, env.npm_execpath] : ['npm']
  const result = spawnSync(npm[0], [...npm.slice(1), ...ARGUMENTS], {
    cwd: directory,
    env,
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  if (result.status === 0) return
  const reason = result.error?.message ?? `npm ended with ${result.status ?? result.signal}`
  throw new Error(
    `the packages could not be installed: ${reason}.\n` +
      `Run this to see why, then start again:\n  cd ${directory} && npm ${ARGUMENTS.slice(0, 4).join(' ')}`,
  )
}

/** Somebody ran npm already: npm's own record of what it installed agrees with the lockfile. */
function matchesLockfile(directory) {
  let installed
  try {
    installed = readPackages(join(directory, 'node_modules', '.package-lock.json'))
  } catch {
    return false
  }
  const wanted = Object.entries(readPackages(join(directory, 'package-lock.json')))
  return wanted.every(
    ([path, entry]) => path === '' || !isForThisMachine(entry) || installed[path]?.version === entry.version,
  )
}

function readPackages(lockfile) {
  return JSON.parse(readFileSync(lockfile, 'utf8')).packages
}

/** Optional packages count where they name this system; the rest of them npm takes or leaves. */
function isForThisMachine({ optional, os, cpu, libc }) {
  if (!optional) return true
  return Boolean(os?.includes(process.platform) && cpu?.includes(process.arch) && libc === undefined)
}

function isStamped(directory) {
  try {
    return readFileSync(stampFile(directory), 'utf8') === lockfileHash(directory)
  } catch {
    return false
  }
}

function stampFile(directory) {
  return join(directory, 'node_modules', '.aicc-stamp')
}

/** The platform is part of it: a folder mounted into a container of another system holds the wrong binaries. */
function lockfileHash(directory) {
  const hash = createHash('sha256').update(readFileSync(join(directory, 'package-lock.json')))
  return hash.update(`${process.platform}-${process.arch}`).digest('hex')
}

/** mkdir is atomic; the folder's `pid` file tells whether its owner is still at work. */
async function acquireLock(directory) {
  const lock = join(directory, '.aicc-install.lock')
  let told = false
  for (;;) {
    try {
      mkdirSync(lock)
      writeFileSync(join(lock, 'pid'), String(process.pid))
      return () => rmSync(lock, { recursive: true, force: true })
    } catch (error) {
      if (error.code !== 'EEXIST') throw error
    }
    if (await isStale(lock)) {
      rmSync(lock, { recursive: true, force: true })
      continue
    }
    if (!told) process.stderr.write('aicc: another start is installing packages, waiting for it ...\n')
    told = true
    await sleep(250)
  }
}

async function isStale(lock) {
  let pid = readPid(lock)
  // The owner writes its pid right after making the folder: give it that moment.
  if (pid === null) {
    await sleep(1000)
    pid = readPid(lock)
  }
  if (pid === null) return true
  try {
    process.kill(pid, 0)
    return pid === process.pid
  } catch (error) {
    return error.code === 'ESRCH'
  }
}

function readPid(lock) {
  try {
    return Number(readFileSync(join(lock, 'pid'), 'utf8')) || null
  } catch {
    return null
  }
}
