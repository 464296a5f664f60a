import { describe, expect, it } from 'vitest'
import { parseWeekTime, showWeekTime } from '../../../compiler/simulate/world.ts'

describe('times of the week', () => {
  it.each([
    { text: 'mon 00:00', minute: 0 },
    { text: 'fri 22:30', minute: 4 * 1440 + 22 * 60 + 30 },
    { text: 'sun 23:59', minute: 7 * 1440 - 1 },
  ])('$text', ({ text, minute }) => {
    expect(parseWeekTime(text)).toBe(minute)
    expect(showWeekTime(minute)).toBe(text)
  })

  it.each(['', 'fri', 'day 10:00', 'fri 24:00', 'fri 9:00', ' fri 09:00'])('not %j', (text) => {
    expect(parseWeekTime(text)).toBeNull()
  })

  it('ends the week where it begins', () => {
    expect(showWeekTime(7 * 1440)).toBe('mon 00:00')
  })
})
