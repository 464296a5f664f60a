/**
 * Settings that have nothing to act on: a way to share work with nobody to share it, a queue before a backend that
 * never lets anybody wait, a fallback for hosts that are busy where none ever is, traces to join where there are none.
 */
import { targetKey } from '../emit/to-model.ts'
import { quote } from '../diagnostics/quote.ts'
import { within } from '../resolve/place.ts'
import type { Check } from './check-context.ts'
import { targetsOf } from './targets-of.ts'

export const idleSettings: Check = {
  name: 'idle-settings',
  onlyIfSound: true,
  run(policy, { report }) {
    const { models, backends } = policy
    for (const [name, model] of models) {
      if (model.kind !== 'served') continue
      const { balance, targets, at } = model
      if ((balance !== 'prefix' && balance !== 'peak-ewma') || new Set(targets.map(targetKey)).size > 1)
        continue
      report('check/idle-setting', `${quote(name)} has one target: there is nobody to share with`, {
        at: within(at, 'balance'),
        label: 'has no effect',
        help: `add targets, or leave ${quote('balance')} out`,
      })
    }
    for (const [name, model] of models) {
      if (model.kind !== 'served') continue
      for (const { on, at } of model.fallback) {
        if (on.some((cause) => cause !== 'busy')) continue
        if (targetsOf(model, policy).some(({ backend }) => backend.slots !== null)) continue
        report(
          'check/idle-setting',
          `${quote(name)} falls back when all are busy, but none of them ever is`,
          {
            at,
            label: 'is never tried',
            help: `say how many requests a backend works on at once, as in ${quote('maxConcurrent: 2')}, or leave this out`,
          },
        )
      }
    }
    for (const [name, { wake, startsWithinAt }] of backends) {
      if (wake !== null || startsWithinAt === null) continue
      report('check/idle-setting', `nobody wakes ${quote(name)}, so nobody waits for it`, {
        at: startsWithinAt,
        prefer: 'key',
        label: 'has no effect',
        help: `say how it is woken, as in ${quote('wake: { mac: … }')}, or leave it out`,
      })
    }
    for (const [name, { joinsTraces, at }] of backends) {
      if (!joinsTraces || policy.sinks.trace.length > 0) continue
      report('check/idle-setting', `${quote(name)} joins traces, and there are none`, {
        at: within(at, 'traces'),
        prefer: 'key',
        label: 'has no effect',
        help: `say where traces go, as in ${quote('trace: { sink: langfuse, … }')}, or leave it out`,
      })
    }
    for (const [name, { slots, queueAt }] of backends) {
      if (slots !== null || queueAt === null) continue
      report('check/idle-setting', `nobody ever waits for ${quote(name)}: it takes any number of requests`, {
        at: queueAt,
        prefer: 'key',
        label: 'has no effect',
        help: `say how many it works on at once, as in ${quote('maxConcurrent: 2')}, or leave the queue out`,
      })
    }
  },
}
