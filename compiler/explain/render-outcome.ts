/**
 * The second half of an explanation for people: targets, what was left out, edits and limits.
 */
import type { Retry } from '../../src/table/route-table.ts'
import type { SlotPolicy } from '../../src/table/slot-policy.ts'
import { describeEdits } from './describe-edits.ts'
import { onCauses } from '../../src/table/failure-causes.ts'
import type { ExplainedOutcome } from './explanation.ts'
import { type Line, row } from './line.ts'

export function renderOutcome(outcome: ExplainedOutcome): Line[] {
  const { kind, model, reroutedBy, balance, forced, targets, dropped, tags, redact, edits } = outcome
  const how = [
    ...(reroutedBy === null ? [] : [`rerouted by the label ${reroutedBy}`]),
    ...(forced ? ['forced'] : []),
    ...(targets.filter(({ place }) => place === 'pool').length > 1 && balance !== null ? [balance] : []),
  ]
  const to = kind === 'route' && model !== null ? [row('goes to', [model, ...how].join(', '))] : []
  const width = Math.max(0, ...[...targets, ...dropped].map(({ target }) => target.length))
  const sent = targets.map(({ target, id, zone, place, on, weight, up, slots, at }, i) => {
    const notes = [
      zone,
      ...(weight === null ? [] : [`weight ${weight}`]),
      ...(place === 'fallback' ? [`fallback${onCauses(on ?? [])}`] : []),
      ...(slots === null ? [] : [describeSlots(slots)]),
      ...(up ? [] : [place === 'pool' ? 'down, asked last' : 'down']),
    ]
    return { text: `  ${i + 1} ${target.padEnd(width)}  ${notes.join(', ')}, as ${id}`, at }
  })
  // A reroute asks anew: what it left out as well was said, and what it sends to was not left out in the end.
  const asked = new Set(targets.map(({ target }) => target))
  const out = dropped.filter(({ target }) => !asked.has(target))
  const left = [...new Set(out.map(({ target, text }) => `  x ${target.padEnd(width)}  ${text}`))]
  const changes = describeEdits(edits)
  return [
    ...to,
    ...sent,
    ...left.map((text) => ({ text, at: null })),
    ...(tags.length === 0 ? [] : [row('tags', tags.join(', '))]),
    ...(redact.length === 0 ? [] : [row('redacted', redact.join(', '))]),
    ...(changes.length === 0 ? [] : [row('edits', changes.join('; '))]),
    ...renderLimits(outcome),
  ]
}

function describeSlots({ count, queueSize, queueWaitMs }: SlotPolicy): string {
  const line = queueSize === 0 ? 'nobody waits' : `${queueSize} may wait ${seconds(queueWaitMs)}`
  return `${count} at once (${line})`
}

function renderLimits({ timeouts, retry, limits }: ExplainedOutcome): Line[] {
  const body = row('limits', `body ${size(limits.bodyBytes)} within ${seconds(limits.bodyTimeoutMs)}`)
  if (timeouts === null) return [body]
  const { connectMs, firstTokenMs, idleMs, totalMs } = timeouts
  const waits = `connect ${seconds(connectMs)}, first token ${seconds(firstTokenMs)}, idle ${seconds(idleMs)}, total ${seconds(totalMs)}`
  const again = retry === null || retry.times === 0 ? [] : [row('retries', describeRetry(retry))]
  return [row('timeouts', waits), ...again, body]
}

function describeRetry({ times, backoffMs, longestWaitMs, budgetPercent }: Retry): string {
  const wait = `after a wait of up to ${seconds(backoffMs)}, never over ${seconds(longestWaitMs)}`
  return `at most ${times}, ${wait}, and for ${budgetPercent} % of requests at most`
}

function seconds(ms: number): string {
  return `${ms / 1000} s`
}

function size(bytes: number): string {
  if (bytes % 1024 ** 2 === 0) return `${bytes / 1024 ** 2} MiB`
  return bytes % 1024 === 0 ? `${bytes / 1024} KiB` : `${bytes} bytes`
}
