/**
 * The environment that commands see: the process's own, and `.env` of the working directory for what that leaves open.
 */
import { readFile } from 'node:fs/promises'
import { parseEnv } from 'node:util'

/** As it was handed to us, before loadDotEnv(). */
const OUTER: Readonly<Record<string, string | undefined>> = { ...process.env }

/** Whether the shell that called us has this variable, so that a line pasted into it finds it. */
export function isFromShell(name: string): boolean {
  return Boolean(OUTER[name])
}

/** Read anew each time: a secret may have been added since. */
export async function readEnvironment(): Promise<Record<string, string | undefined>> {
  const text = await readFile('.env', 'utf8').catch(() => '')
  return { ...parseEnv(text), ...OUTER }
}

/** Lets flags that an environment variable can set find it in `.env` too. */
export async function loadDotEnv(): Promise<void> {
  Object.assign(process.env, await readEnvironment())
}
