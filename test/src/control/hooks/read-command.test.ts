import { describe, expect, it } from 'vitest'
import { type Command, readCommand } from '../../../../src/control/hooks/read-command.ts'

const VOCABULARY = { modes: ['gaming-pc', 'Travel'], commands: { gaming: 'gaming-pc', pc: 'gone' } }
const ON: Command = { kind: 'switch', mode: 'gaming-pc', on: true }
const HELP: Command = { kind: 'help' }

describe('readCommand', () => {
  it.each<{ command: string | null; text: string; said: Command }>([
    { command: 'gaming', text: 'on', said: ON },
    { command: 'gaming', text: ' mode  ON ', said: ON },
    { command: 'gaming', text: 'off', said: { ...ON, on: false } },
    { command: 'gaming', text: '', said: { kind: 'mode-status', mode: 'gaming-pc' } },
    { command: 'gaming', text: 'status', said: { kind: 'mode-status', mode: 'gaming-pc' } },
    { command: 'gaming-pc', text: 'on', said: ON },
    { command: 'aicc', text: 'gaming on', said: ON },
    { command: 'aicc', text: 'gaming mode on', said: ON },
    { command: 'aicc', text: 'status', said: { kind: 'status' } },
    { command: null, text: 'gaming mode on', said: ON },
    { command: null, text: 'travel off', said: { kind: 'switch', mode: 'Travel', on: false } },
    { command: null, text: 'status', said: { kind: 'status' } },
    { command: null, text: 'gaming', said: { kind: 'mode-status', mode: 'gaming-pc' } },
    { command: 'gaming', text: 'on please', said: HELP },
    { command: 'gaming', text: 'toggle', said: HELP },
    { command: null, text: 'pc on', said: HELP },
    { command: null, text: 'constructor on', said: HELP },
    { command: null, text: '', said: HELP },
  ])('$command: "$text"', ({ said, ...typed }) => {
    expect(readCommand(typed, VOCABULARY)).toEqual(said)
  })
})
