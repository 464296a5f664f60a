/**
 * A witness as a small object: what is remarkable about it, in words that people know.
 */
import type { TextTest } from '../../src/table/route-table.ts'
import { describePredicate } from '../explain/describe-predicate.ts'
import { showWeekTime } from '../simulate/world.ts'
import { type AbstractRequest, PLAIN } from './abstract-request.ts'

export function showRequest(request: AbstractRequest): Record<string, unknown> {
  const { client, model, texts, minuteOfWeek, unhealthy, ...rest } = request
  const remarkable = Object.entries(rest).filter(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify(PLAIN[name as keyof typeof PLAIN]),
  )
  return {
    client,
    model,
    ...Object.fromEntries(remarkable),
    ...(texts.length === 0 ? {} : { texts: texts.map(describeKey) }),
    ...(minuteOfWeek === PLAIN.minuteOfWeek ? {} : { time: showWeekTime(minuteOfWeek) }),
    ...(unhealthy.length === 0 ? {} : { down: unhealthy }),
  }
}

function describeKey(key: string): string {
  const [where, test, caseSensitive] = JSON.parse(key) as [TextTest['in'], TextTest['test'], boolean]
  return describePredicate({ kind: 'text', index: 0 }, [{ in: where, test, caseSensitive }])
}
