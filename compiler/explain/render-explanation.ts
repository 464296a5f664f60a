/**
 * An explanation for people: the rules in order, then where it goes and why not elsewhere.
 */
import { visible } from '../diagnostics/quote.ts'
import { maskSecrets } from '../diagnostics/secret-shapes.ts'
import { showLine } from '../simulate/line-of-file.ts'
import type { ExplainedFacts, ExplainedRule, Explanation } from './explanation.ts'
import { renderOutcome } from './render-outcome.ts'
import { type Line, row } from './line.ts'

export interface RenderOptions {
  /** Every part of every condition, and the rules that were not asked. */
  full: boolean
}

/** Most columns of text before the place that it is written at; longer lines push theirs to the right. */
const TEXT_COLUMNS = 100

/** Without a newline at its end. */
export function renderExplanation(explanation: Explanation, { full }: RenderOptions): string {
  const { request, facts, entry, outcome, error } = explanation
  const what = request.model ?? 'a model that could not be read'
  const byDefault = request.byDefault === true ? ' (its default)' : ''
  const asked = `${request.client} asks ${request.surface} for ${what}${byDefault}`
  const lines = [
    { text: entry === null ? asked : `${asked}, ${meaningOf(entry)}`, at: entry?.at ?? null },
    ...(facts === null ? [] : renderFacts(facts, explanation)),
    ...renderFindings(explanation),
    ...renderRules(explanation.rules, full),
    ...(outcome === null ? [] : renderOutcome(outcome)),
    ...(error === null ? [] : [row('refused', `${error.status} ${error.code}: ${error.message}`)]),
  ]
  const width = Math.min(TEXT_COLUMNS, Math.max(...lines.map(({ text, at }) => (at ? text.length : 0))))
  return lines
    .map(({ text, at }) => visible(maskSecrets(at ? `${text.padEnd(width)}  ${showLine(at)}` : text)))
    .join('\n')
}

function meaningOf({ model, rules }: NonNullable<Explanation['entry']>): string {
  return rules === null ? `the model ${model}` : `the rules ${rules}`
}

function renderFacts(facts: ExplainedFacts, { labels, world }: Explanation): Line[] {
  const { tokens, maxTokens, complexity, injection, tools, images, json, stream, time } = facts
  const said = [
    ...(tokens === null ? [] : [`about ${tokens} tokens`]),
    ...(maxTokens === null ? [] : [`max_tokens ${maxTokens}`]),
    ...(complexity === null ? [] : [`${complexity.class}${because(complexity.reasons)}`]),
    ...(injection?.flagged === true
      ? [`injection flagged, ${injection.score}${because(injection.reasons)}`]
      : []),
    ...(tools ? ['tools'] : []),
    ...(images ? ['images'] : []),
    ...(json ? ['JSON wanted'] : []),
    ...(stream ? ['a stream'] : []),
    ...(time === null ? [] : [time]),
    ...world.modes.map((mode) => `mode ${mode} on`),
    ...world.down.map((backend) => `backend ${backend} down`),
  ]
  const carried = Object.entries(labels).map(([label, causes]) => `${label} (${causes.join(', ')})`)
  return [
    ...(said.length === 0 ? [] : [row('request', said.join(', '))]),
    ...(complexity === null || complexity.asks === null
      ? []
      : [row('', askedModel(complexity.asks, complexity.answer))]),
    ...(carried.length === 0 ? [] : [row('labels', carried.join(', '))]),
  ]
}

function askedModel(model: string, answer: string | null): string {
  return answer === null
    ? `where it matters, ${model} is asked for the class at run time; here the heuristic decides`
    : `${model} is taken to say ${answer}`
}

function because(reasons: readonly string[]): string {
  return reasons.length === 0 ? '' : ` (${reasons.join(', ')})`
}

/** Stars for what was found: never the text itself. */
function renderFindings({ findings, passedOver, unread, facts }: Explanation): Line[] {
  const labelled = findings.map((find) => `${starred(nameOf(find), find)} -> ${find.label}`)
  const suspicious = facts?.injection?.flagged === true ? facts.injection.finds : []
  return [
    ...listed('found', [
      ...suspicious.map((find) => starred(`injection (${find.reason})`, find)),
      ...labelled,
    ]),
    ...listed(
      'passed over',
      passedOver.map((find) => `${starred(nameOf(find), find)}, ${WHY_PASSED_OVER[find.why]}`),
    ),
    ...(unread.length === 0 ? [] : [row('not read', unread.map((why) => WHY_UNREAD[why]).join(', '))]),
  ]
}

const WHY_PASSED_OVER: Record<Explanation['passedOver'][number]['why'], string> = {
  allowed: 'the policy allows it',
  'too-few': 'too few of its kind',
}

const WHY_UNREAD: Record<Explanation['unread'][number], string> = {
  size: 'text beyond the bound',
  images: 'images',
  opaque: 'what is no text',
  encoded: 'base64 that is not taken off',
}

function nameOf({ detector, kind }: Explanation['findings'][number]): string {
  return kind === detector ? detector : `${detector} (${kind})`
}

function listed(name: string, all: readonly string[]): Line[] {
  const lines = all.slice(0, MAX_FINDINGS).map((text) => row(name, text))
  const more = all.length - lines.length
  return more > 0 ? [...lines, row('', `and ${more} more`)] : lines
}

function starred(what: string, { where, start, end }: { where: string; start: number; end: number }): string {
  return `${what} in ${where}, characters ${start} to ${end}: ${'*'.repeat(Math.min(end - start, 20))}`
}

const MAX_FINDINGS = 10

function renderRules(rules: readonly ExplainedRule[], full: boolean): Line[] {
  const shown = full ? rules : rules.filter(({ holds }) => holds !== null)
  const width = Math.max(0, ...shown.map(({ name }) => name.length))
  const verdictWidth = shown.some(({ holds }) => holds === null) ? 'not asked'.length : 'yes'.length
  const lines: Line[] = []
  for (const { name, holds, settles, why, whyAt, parts } of shown) {
    const mark = settles ? '+' : holds === true ? '*' : '-'
    const verdict = (holds === null ? 'not asked' : holds ? 'yes' : 'no').padEnd(verdictWidth)
    lines.push({ text: `  ${mark} ${name.padEnd(width)}  ${verdict}  ${why}`, at: whyAt })
    if (!full || parts.length < 2) continue
    for (const part of parts)
      lines.push({ text: `      ${part.holds ? 'yes' : 'no '}  ${part.text}`, at: part.at })
  }
  return lines
}
