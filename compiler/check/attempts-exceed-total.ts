/**
 * Targets that are never tried when those before them are silent: the whole request's time is up by then.
 */
import { quote, quoteList } from '../diagnostics/quote.ts'
import type { Check } from './check-context.ts'
import { formatDuration } from './format-duration.ts'
import { worstCase } from './worst-case.ts'

export const attemptsExceedTotal: Check = {
  name: 'attempts-exceed-total',
  onlyIfSound: true,
  run(policy, { report, locate }) {
    for (const [name, model] of policy.models) {
      if (model.kind !== 'served') continue
      const { silent, tooLate } = worstCase(model, policy)
      if (tooLate.length === 0) continue
      const { firstToken, total } = model.timeouts
      const before = silent.length - tooLate.length
      const sum = `${before} × ${formatDuration(firstToken.value)} = ${formatDuration(before * firstToken.value)}`
      const places = [
        { setting: firstToken, text: 'each is waited for so long' },
        { setting: total, text: 'and all of them together' },
      ]
      report(
        'check/attempts-exceed-total',
        `${quote(name)} has ${silent.length} targets to try, but time for ${before} only`,
        {
          at: model.at,
          prefer: 'key',
          secondary: places.flatMap(({ setting, text }) =>
            setting.at === null ? [] : [{ span: locate(setting.at), text }],
          ),
          notes: [
            `a silent one is given up after ${formatDuration(firstToken.value)}: ${sum}, and ${quote('total')} is ${formatDuration(total.value)}`,
            `never tried then: ${quoteList(tooLate)}`,
          ],
          help: `shorten ${quote('firstToken')}, lengthen ${quote('total')}, or leave out targets`,
        },
      )
    }
  },
}
