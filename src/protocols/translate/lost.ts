/** Collects what a translation leaves out, by the client's names of the fields. */
import type { Lost } from './translation.ts'

export interface LostFields {
  note: (field: string) => void
  /** Notes every member that is neither named nor null. */
  noteOthers: (object: Readonly<Record<string, unknown>>, named: ReadonlySet<string>, prefix: string) => void
  /** Each once, in the order of appearance. */
  all: () => Lost
}

/** Most names that are kept: a body may have a hundred thousand members, and the names go into a header. */
const MAX_NAMES = 32
/** Names that may stand in a header; any other is told as `?`. */
const SHOWN = /^[\w-]{1,64}$/

export function createLostFields(): LostFields {
  const fields = new Set<string>()
  const note = (field: string): void => {
    if (fields.size < MAX_NAMES) fields.add(field)
  }
  return {
    note,
    noteOthers(object, named, prefix) {
      for (const [name, value] of Object.entries(object)) {
        if (value === null || value === undefined || named.has(name)) continue
        note(prefix + (SHOWN.test(name) ? name : '?'))
      }
    },
    all: () => [...fields],
  }
}
