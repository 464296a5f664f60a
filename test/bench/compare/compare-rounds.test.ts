import { describe, expect, it } from 'vitest'
import { compareRounds } from './compare-rounds.ts'
import type { Side } from './side.ts'

const endpoint = { url: 'http://127.0.0.1', headers: {}, ca: '' }
const side = (name: string): Side => ({ name, http: endpoint, https: null, pid: null, controlPid: null })

describe('compareRounds', () => {
  it('gives each side one turn a round, and takes differences within rounds', async () => {
    const taken: string[] = []
    // The weather of a round hits both sides; what the second adds does not change with it.
    const figures = await compareRounds([side('off'), side('on')], {
      rounds: 7,
      turn({ name }) {
        const round = Math.floor(taken.push(name) - 1) >> 1
        return Promise.resolve({ 'median, ms': 100 * round + (name === 'on' ? 3 : 0) })
      },
    })
    for (let at = 0; at < taken.length; at += 2) {
      expect(new Set(taken.slice(at, at + 2))).toEqual(new Set(['off', 'on']))
    }
    expect(figures).toEqual([
      { what: 'median, ms', values: [300, 303], added: [null, { value: 3, low: 3, high: 3 }] },
    ])
  })
})
