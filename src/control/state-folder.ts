/**
 * The state folder: what the gateway made for itself and must find again. Git-ignored, for its owner's eyes only.
 */
import { randomUUID } from 'node:crypto'
import { chmod, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'

/** Absolute paths of everything in the folder. */
export interface StateFolder {
  dir: string
  caCertificate: string
  caKey: string
  serverCertificate: string
  serverKey: string
  clientKey: string
  adminToken: string
  runFile: string
  /** Names the folder in which the edges of the gateway that runs live; below it, those of edges of before that still end. */
  runDir: string
  /** The last route table that came into force. */
  acceptedTable: string
  /** SQLite: records of requests, and what was used of limits and budgets. */
  usage: string
  /** Folder of the log: one JSON line for each request and each event. */
  logs: string
  /** Which modes are on. */
  modes: string
  /** Which alerts fire, and who has not been told yet. */
  alerts: string
  /** Followed by `.` and a number. */
  lockFile: string
}

/** The paths alone; touches nothing. */
export function statePaths(directory: string): StateFolder {
  const dir = resolve(directory)
  return {
    dir,
    caCertificate: join(dir, 'ca.crt'),
    caKey: join(dir, 'ca.key'),
    serverCertificate: join(dir, 'server.crt'),
    serverKey: join(dir, 'server.key'),
    clientKey: join(dir, 'client.key'),
    adminToken: join(dir, 'admin.token'),
    runFile: join(dir, 'run.json'),
    runDir: join(dir, 'run.dir'),
    acceptedTable: join(dir, 'accepted.json'),
    usage: join(dir, 'usage.db'),
    logs: join(dir, 'logs'),
    modes: join(dir, 'modes.json'),
    alerts: join(dir, 'alerts.json'),
    lockFile: join(dir, 'serve.lock'),
  }
}

/**
 * Makes the folder if need be, mode 0700 also where it was there before.
 * @throws Error with advice, where it is no folder or belongs to somebody else
 */
export async function openStateFolder(directory: string): Promise<StateFolder> {
  const state = statePaths(directory)
  try {
    await makeFolder(state.dir)
    await chmod(state.dir, 0o700)
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error)
    throw new Error(
      `the state folder ${state.dir} cannot be used (${cause}): it must be a folder of the user who runs this; --state names another`,
      { cause: error },
    )
  }
  return state
}

/** With those above it, one by one: where a file system takes no folders, as /proc, Node's own recursion never ends. */
async function makeFolder(dir: string): Promise<void> {
  try {
    await mkdir(dir, { mode: 0o700 })
  } catch (error) {
    if (await isFolder(dir)) return
    const above = dirname(dir)
    if (!isErrno(error, 'ENOENT') || above === dir || (await isFolder(above))) throw error
    await makeFolder(above)
    await makeFolder(dir)
  }
}

async function isFolder(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => null)
  return found?.isDirectory() === true
}

/** The text of a file, null when it does not exist. */
export async function readIfThere(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return null
    throw error
  }
}

/** Mode 0600, all or nothing: a reader sees the old text or the new, also when the machine stops half way. */
export async function writePrivate(path: string, text: string): Promise<void> {
  const draft = join(dirname(path), `.${basename(path)}.${randomUUID()}.tmp`)
  try {
    await writeFile(draft, text, { mode: 0o600, flush: true })
    await rename(draft, path)
  } catch (error) {
    await rm(draft, { force: true })
    throw error
  }
}

/** The secret that the file holds; made and written on first use. */
export async function ensureSecret(path: string, make: () => string): Promise<string> {
  const present = (await readIfThere(path))?.trim()
  if (present) {
    await chmod(path, 0o600)
    return present
  }
  const secret = make()
  await writePrivate(path, secret)
  return secret
}

export function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
