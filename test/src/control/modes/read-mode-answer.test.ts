import { describe, expect, it } from 'vitest'
import { readModeAnswer } from '../../../../src/control/modes/read-mode-answer.ts'
import type { ModeSign } from '../../../../src/table/mode-host.ts'

const sign = (field: string, equals: ModeSign['equals'] = true): ModeSign => ({ field, equals })

describe('readModeAnswer', () => {
  const rows: [answer: unknown, sign: ModeSign | null, on: boolean | null][] = [
    [true, null, true],
    ['off', null, false],
    [' ON\n', null, true],
    [{ on: true }, null, true],
    [{ enabled: false }, null, false],
    [{ active: true, status: 'ok' }, null, true],
    [{ status: 'ok', mode: 'off' }, null, false],
    [{ state: 'on', status: 'off' }, null, true],
    // What is no word of the kind says nothing: it is not taken for off.
    [{ status: 'ok' }, null, null],
    [{ on: 1 }, null, null],
    [{ on: null }, null, null],
    [{}, null, null],
    [null, null, null],
    [[true], null, null],
    ['gaming', null, null],
    ['constructor', null, null],
    [{ gaming: true }, sign('gaming'), true],
    [{ gaming: false, on: true }, sign('gaming'), false],
    [{ gaming: 'yes' }, sign('gaming'), false],
    [{ mode: 'gaming' }, sign('mode', 'gaming'), true],
    [{ mode: 'work' }, sign('mode', 'gaming'), false],
    [{ players: 0 }, sign('players', 1), false],
    [{ state: { gaming: true } }, sign('state.gaming'), true],
    [{ 'state.gaming': true }, sign('state.gaming'), true],
    [{ state: 'gaming' }, sign('state.gaming'), null],
    [{ on: true }, sign('gaming'), null],
    [{ gaming: null }, sign('gaming'), null],
    ['<html>', sign('gaming'), null],
    [{}, sign('__proto__.x'), null],
  ]
  it.each(rows)('%j by %j: %s', (answer, by, on) => {
    expect(readModeAnswer(answer, by)).toBe(on)
  })
})
