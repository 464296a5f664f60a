/** Why a request went where it went, in sentences: what its record says, and nothing of its text. */
import type { HistoryEntry } from '../../src/table/history.ts'
import type { FailedAttempt, SkippedTarget } from '../../src/table/request-record.ts'
import { wasTried } from '../../src/table/attempt-steps.ts'
import type { Verdict } from '../../src/table/verdict.ts'
import { quote } from '../diagnostics/quote.ts'
import { countOf } from './count-of.ts'
import { describeSkipped } from './describe-skipped.ts'
import { formatUsd } from './format-usd.ts'

const WIDTH = 12

export function renderWhy(entry: HistoryEntry): string {
  const { client, surface, asked, stream, startedAt, correlationId, id, tags, digest } = entry
  const what = asked === null ? 'a model that is not known here' : quote(asked)
  const name = correlationId === id ? id : `${id} (${correlationId})`
  const rows: [string, string][] = [
    ['request', name],
    ['at', new Date(startedAt).toISOString()],
    ['policy', digest.slice(0, 12)],
    ...said(entry.verdict),
    ...row('tags', tags.join(', ')),
    ...decided(entry),
    ...(entry.skipped ?? []).map((skipped): [string, string] => ['skipped', skippedText(skipped, entry)]),
    ...entry.failures.map((failure): [string, string] => ['failed', failureText(failure)]),
    ['ended', endText(entry)],
    ['took', tookText(entry)],
    ['used', usedText(entry)],
  ]
  const head = `${client} asked ${surface} for ${what}${stream ? ', as a stream' : ''}`
  return [head, ...rows.map(([label, text]) => `${label.padEnd(WIDTH)}${text}`)].join('\n')
}

/** None where there is nothing to say. */
function row(label: string, text: string): [string, string][] {
  return text === '' ? [] : [[label, text]]
}

function said(verdict: Verdict | null): [string, string][] {
  if (verdict === null) return []
  const { labels, counts, unread, injection } = verdict
  const flagged = injection?.flagged === true ? injection : null
  const why =
    flagged === null ? '' : `flagged, ${flagged.score} in ${flagged.channel}: ${flagged.reasons.join(', ')}`
  return [
    ...row(
      'labels',
      Object.entries(labels)
        .map(([label, causes]) => `${label} (${causes.join(', ')})`)
        .join('; '),
    ),
    ...row(
      'found',
      Object.entries(counts)
        .map(([kind, count]) => `${count} ${kind}`)
        .join(', '),
    ),
    ...row('not read', unread.join(', ')),
    ...row('injection', why),
  ]
}

function decided({
  rule,
  variant,
  model,
  asked,
  backend,
  backendModel,
  attempts,
  verdict,
}: HistoryEntry): [string, string][] {
  const arm = variant === undefined ? '' : `, whose split put it on ${quote(variant)}`
  const byRule = rule === null ? null : `by the rule ${quote(rule)}${arm}`
  if (model === null) return [['went', byRule === null ? 'nowhere' : `nowhere, ${byRule}`]]
  // A record does not say which: a label sends to another model what may not go to the one that was asked for.
  const orByLabel = Object.keys(verdict?.labels ?? {}).length === 0 ? '' : ', or sent there by a label'
  const byName = model === asked ? 'by its name' : `by a name that stands for it${orByLabel}`
  const times = countOf(attempts, 'attempt')
  const choice = `${quote(model)}, ${byRule ?? byName}`
  return [
    ['went to', backend === null ? `nowhere; it was for ${choice}` : choice],
    ...row('last asked', backend === null ? '' : `${backend}/${backendModel}, ${times} in all`),
  ]
}

function failureText({ backend, model, cause, ms }: FailedAttempt): string {
  return `${backend}/${model}: ${cause}${ms > 0 ? ` after ${ms} ms` : ''}`
}

/** What was asked in the end was not asked in its turn. */
function skippedText(skipped: SkippedTarget, { failures, backend, backendModel }: HistoryEntry): string {
  const is = (one: { backend: string | null; model: string | null }): boolean =>
    one.backend === skipped.backend && one.model === skipped.model
  const wasAsked = is({ backend, model: backendModel }) || failures.some((one) => wasTried(one) && is(one))
  return `${describeSkipped(skipped)}${wasAsked ? '; asked later' : ''}`
}

function endText({ status, error, lost }: HistoryEntry): string {
  const fields = countOf(lost, 'field')
  const left = lost === 0 ? '' : `; its translation left ${fields} out`
  return `${status}${error === null ? '' : ` ${error}`}${left}`
}

function tookText(entry: HistoryEntry): string {
  const { startedAt, endedAt, firstTokenMs, tokensPerSecond, overheadUs, queuedMs } = entry
  // Two clocks: the one that gives the day's time is coarser, and a runtime may let it stand while code runs.
  const tookMs = Math.max(endedAt - startedAt, Math.ceil((overheadUs ?? 0) / 1000))
  const parts = [
    `${tookMs} ms`,
    ...(firstTokenMs === null ? [] : [`first token after ${firstTokenMs} ms`]),
    ...(tokensPerSecond === undefined ? [] : [`then ${tokensPerSecond} tokens a second`]),
    ...(queuedMs === null || queuedMs === 0 ? [] : [`${queuedMs} ms in line`]),
    ...(overheadUs === null ? [] : [`${(overheadUs / 1000).toFixed(2)} ms of it the gateway's own`]),
  ]
  return parts.join(', ')
}

function usedText({ inputTokens, cachedInputTokens, outputTokens, estimated, cost }: HistoryEntry): string {
  const cached = cachedInputTokens === 0 ? '' : ` (${cachedInputTokens} cached)`
  const price = cost === null ? '' : `, ${formatUsd(cost)} USD`
  return `${countOf(inputTokens, 'token')} in${cached}, ${outputTokens} out${estimated ? ', estimated' : ''}${price}`
}
