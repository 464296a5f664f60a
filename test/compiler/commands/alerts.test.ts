import { describe, expect, it } from 'vitest'
import { renderAlerts } from '../../../compiler/commands/alerts.ts'

const SINCE = '2026-11-21T20:00:00.000Z'

describe('renderAlerts', () => {
  it('shows how each stands, and who cannot be told', () => {
    const text = renderAlerts({
      checkedAt: SINCE,
      alerts: [
        {
          name: 'failing',
          about: null,
          state: 'firing',
          since: SINCE,
          value: 7,
          text: '7 % failed of 100 requests',
          to: ['ops', 'boss'],
        },
        {
          name: 'down',
          about: 'gpu',
          state: 'quiet',
          since: null,
          value: 0,
          text: 'backend `gpu` is up',
          to: [],
        },
      ],
      receivers: [
        { name: 'ops', waiting: 2, problem: 'it answered 404', toldAt: null },
        { name: 'boss', waiting: 0, problem: null, toldAt: SINCE },
      ],
    })
    expect(text).toBe(`alert    state   since                     to         what
failing  FIRING  ${SINCE}  ops, boss  7 % failed of 100 requests
down     quiet   -                         log        backend \`gpu\` is up

receiver  state            waiting  told
ops       it answered 404  2        -
boss      well             0        ${SINCE}`)
  })

  it('says that there are none', () => {
    expect(renderAlerts({ checkedAt: null, alerts: [], receivers: [] })).toBe('the policy has no alerts')
  })
})
