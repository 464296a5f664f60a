/**
 * Which modes are on, kept in the state folder: a mode outlives a restart until somebody switches it off.
 */
import { readIfThere, writePrivate, type StateFolder } from './state-folder.ts'

/** Name of a mode that is on → since when (ISO 8601). */
export type ModesOn = ReadonlyMap<string, string>

/** @throws Error when the file is damaged: "all off" could be the opposite of what somebody wanted */
export async function readModes(state: StateFolder): Promise<ModesOn> {
  const text = await readIfThere(state.modes)
  if (text === null) return new Map()
  const modes = parse(text)
  if (modes === null) {
    throw new Error(`${state.modes} is damaged; remove it to start with all modes off`)
  }
  return modes
}

export async function writeModes(state: StateFolder, modes: ModesOn): Promise<void> {
  await writePrivate(state.modes, `${JSON.stringify({ on: Object.fromEntries(modes) }, null, 2)}\n`)
}

function parse(text: string): ModesOn | null {
  try {
    const { on } = JSON.parse(text) as { on: Record<string, unknown> }
    const entries = Object.entries(on)
    if (Array.isArray(on)) return null
    return entries.every((entry): entry is [string, string] => typeof entry[1] === 'string')
      ? new Map(entries)
      : null
  } catch {
    return null
  }
}
