/**
 * Which Node runs this project, and how to run it. Plain JavaScript: it must work on Node 20, before anything is installed.
 * The project needs a Node that strips types; one arrives as a platform package of optionalDependencies.
 */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { constants } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** First Node that runs TypeScript files without a flag. */
const WANTED = [22, 18]

const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP']

export const root = dirname(dirname(fileURLToPath(import.meta.url)))

/**
 * The Node to use: the pinned one of node_modules if it is there and runs here, else the one that runs this script.
 * @param {string} directory the project's root
 * @returns {string} path of the executable
 * @throws {Error} with advice, when neither will do
 */
export function pickNode(directory) {
  const pinned = join(directory, 'node_modules', '.bin', 'node')
  if (existsSync(pinned) && isRecent(versionOf(pinned))) return pinned
  if (isRecent(process.versions.node)) return process.execPath
  throw new Error(
    `this project needs Node ${WANTED.join('.')} or newer, and this is Node ${process.versions.node}.\n` +
      `The pinned Node that comes with the packages is missing or does not run on ${process.platform}-${process.arch}.\n` +
      `To mend it: run \`npm start\` once in ${directory}, which brings one along, or install Node 24 and run this again.`,
  )
}

/**
 * Runs a command to its end, signals passed on. Whatever it starts as `node` is the given Node.
 * @param {string} command
 * @param {string[]} args
 * @param {{ node: string, cwd?: string }} options
 * @returns {Promise<number>} exit code
 */
export function run(command, args, { node, cwd }) {
  const path = [dirname(node), process.env.PATH ?? ''].join(delimiter)
  // Half of the threads may wait for host names: probes of backends whose names lead nowhere keep no others waiting.
  const env = { UV_THREADPOOL_SIZE: '32', ...process.env, PATH: path }
  const child = spawn(command, args, { stdio: 'inherit', env, cwd })
  const forward = (signal) => child.kill(signal)
  for (const signal of FORWARDED) process.on(signal, forward)
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => {
      for (const name of FORWARDED) process.off(name, forward)
      resolve(code ?? 128 + constants.signals[signal])
    })
  })
}

function versionOf(node) {
  const result = spawnSync(node, ['--version'], { encoding: 'utf8', timeout: 10_000 })
  return result.status === 0 ? result.stdout.trim().slice(1) : '0.0.0'
}

function isRecent(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major > WANTED[0] || (major === WANTED[0] && minor >= WANTED[1])
}
