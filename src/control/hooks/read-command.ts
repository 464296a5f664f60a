/** Words → what is to be done: `gaming mode on`, `/gaming off`, `/aicc gaming-pc status`, `status`. */
export type Command =
  | { kind: 'switch'; mode: string; on: boolean }
  | { kind: 'mode-status'; mode: string }
  | { kind: 'status' }
  | { kind: 'help' }

export interface Vocabulary {
  /** Names of modes. */
  modes: readonly string[]
  /** Other words for them. */
  commands: Readonly<Record<string, string>>
}

const LONGEST_TEXT = 200

/**
 * @param command name of the slash command; null = all is in the text
 * @param text as it was typed, a webhook's trigger word included
 */
export function readCommand(
  { command, text }: { command: string | null; text: string },
  { modes, commands }: Vocabulary,
): Command {
  const typed = text
    .slice(0, LONGEST_TEXT)
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '')
  const modeOf = (word: string | undefined): string | null => {
    if (word === undefined) return null
    const mode = Object.hasOwn(commands, word) ? commands[word] : word
    return modes.find((name) => name.toLowerCase() === mode?.toLowerCase()) ?? null
  }
  const called = modeOf(command?.toLowerCase())
  const [first, ...others] = typed
  const mode = called ?? modeOf(first)
  if (mode === null) return { kind: typed.length === 1 && first === 'status' ? 'status' : 'help' }
  const rest = called === null ? others : typed
  const [verb, more] = rest[0] === 'mode' ? rest.slice(1) : rest
  if (more !== undefined) return { kind: 'help' }
  if (verb === 'on' || verb === 'off') return { kind: 'switch', mode, on: verb === 'on' }
  return verb === 'status' || verb === undefined ? { kind: 'mode-status', mode } : { kind: 'help' }
}
