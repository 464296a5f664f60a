import { describe, expect, it } from 'vitest'
import { createResolveContext } from '../../../compiler/resolve/resolve-context.ts'
import { resolveWindow } from '../../../compiler/resolve/resolve-window.ts'
import type { TimeWindowConfig } from '../../../compiler/config/rules.ts'
import type { Diagnostic } from '../../../compiler/diagnostics/diagnostic.ts'

const DAY = 1440

function windows(config: TimeWindowConfig): { pairs: number[][]; codes: string[] } {
  const diagnostics: Diagnostic[] = []
  const context = createResolveContext(() => ({ file: 'policy.yaml', start: 0, end: 0 }), diagnostics)
  const resolved = resolveWindow(config, { file: 'policy', path: [] }, context)
  return { pairs: resolved.map(({ start, end }) => [start, end]), codes: diagnostics.map(({ code }) => code) }
}

describe('resolveWindow', () => {
  const rows: [name: string, TimeWindowConfig, number[][]][] = [
    ['one day', { from: '08:00', to: '17:30', days: ['mon'] }, [[480, 1050]]],
    ['over midnight', { from: '22:00', to: '06:00', days: ['mon'] }, [[1320, 1800]]],
    [
      "over the week's end",
      { from: '22:00', to: '06:00', days: ['sun'] },
      [
        [0, 360],
        [6 * DAY + 1320, 7 * DAY],
      ],
    ],
    ["to midnight is the day's end", { from: '18:00', to: '00:00', days: ['tue'] }, [[DAY + 1080, 2 * DAY]]],
    ['to midnight on Sunday', { from: '18:00', to: '00:00', days: ['sun'] }, [[6 * DAY + 1080, 7 * DAY]]],
    ['a whole day', { from: '00:00', to: '00:00', days: ['wed'] }, [[2 * DAY, 3 * DAY]]],
    [
      'days that touch are one window',
      { from: '00:00', to: '00:00', days: ['thu', 'wed'] },
      [[2 * DAY, 4 * DAY]],
    ],
    ['the whole week', { from: '00:00', to: '00:00' }, [[0, 7 * DAY]]],
    ['the same day twice', { from: '08:00', to: '09:00', days: ['mon', 'mon'] }, [[480, 540]]],
    [
      'every day',
      { from: '23:00', to: '01:00' },
      [
        [0, 60],
        ...Array.from({ length: 6 }, (_, day) => [day * DAY + 1380, (day + 1) * DAY + 60]),
        [6 * DAY + 1380, 7 * DAY],
      ],
    ],
  ]
  it.each(rows)('%s', (_, config, pairs) => expect(windows(config)).toEqual({ pairs, codes: [] }))

  it('refuses a window without length', () => {
    expect(windows({ from: '08:00', to: '08:00', days: ['mon'] }).codes).toEqual(['resolve/empty-range'])
  })
})
