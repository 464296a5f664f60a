/** The facts of a request, in words: only what sets it apart from a plain one. */
import type { Facts } from '../../src/table/facts.ts'
import type { TextTest } from '../../src/table/route-table.ts'
import { quote } from '../diagnostics/quote.ts'
import { PLAIN } from './space.ts'

const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']

/** Such as: client `crew` asks for `auto` with the header `x-force-big: true`, while the mode `gaming` is on. */
export function describeFacts(facts: Facts, texts: readonly TextTest[]): string {
  const { client, model, surface } = facts
  const whose = facts.user === client ? '' : ` for its user ${quote(facts.user)}`
  const asks = `client ${quote(client)} asks for ${quote(model)}${whose}`
  const where = surface === 'chat' ? [] : [`on ${quote(surface)}`]
  const what = [...contentOf(facts, texts), ...numbersOf(facts)]
  const first = [asks, ...where, ...(what.length === 0 ? [] : [`with ${listOf(what)}`])].join(' ')
  return [first, ...verdictsOf(facts), ...worldOf(facts)].join(', ')
}

function contentOf(facts: Facts, texts: readonly TextTest[]): string[] {
  const { headers, tools, images, json, stream } = facts
  return [
    ...Object.entries(headers).map(([name, value]) => `the header ${quote(`${name}: ${value}`)}`),
    ...texts.flatMap((text, i) => (facts.texts[i] === true ? [describeText(text)] : [])),
    ...(tools ? ['tools'] : []),
    ...(images ? ['an image'] : []),
    ...(json ? ['an answer in JSON'] : []),
    ...(stream ? ['an answer as a stream'] : []),
  ]
}

const PARTS = { user: 'a prompt', system: 'a system prompt', conversation: 'a conversation' }

function describeText({ in: part, test }: TextTest): string {
  return test.kind === 'contains'
    ? `${PARTS[part]} that contains ${quote(test.anyOf[0] ?? '')}`
    : `${PARTS[part]} that matches ${quote(test.source)}`
}

function numbersOf({ tokens, maxTokens, systemLength }: Facts): string[] {
  return [
    ...(tokens === PLAIN.tokens ? [] : [`${tokens} tokens`]),
    ...(maxTokens === null ? [] : [`${quote('max_tokens')} ${maxTokens}`]),
    ...(systemLength === PLAIN.systemLength ? [] : [`a system prompt of ${systemLength} characters`]),
  ]
}

function verdictsOf({ labels, injection, complexity }: Facts): string[] {
  return [
    ...Object.entries(labels).map(([label, causes]) => `labelled ${quote(label)} (${causes.join(', ')})`),
    ...(injection ? ['flagged as an injection'] : []),
    ...(complexity === 'simple' ? [] : [`judged ${complexity}`]),
  ]
}

function worldOf({ modes, unhealthy, minuteOfWeek }: Facts): string[] {
  return [
    ...(modes.length === 0 ? [] : [`while the mode ${listOf(modes.map(quote))} is on`]),
    ...(unhealthy.length === 0
      ? []
      : [`while ${listOf(unhealthy.map(quote))} ${unhealthy.length === 1 ? 'is' : 'are'} down`]),
    ...(minuteOfWeek === PLAIN.minuteOfWeek ? [] : [`on ${clock(minuteOfWeek)}`]),
  ]
}

function clock(minuteOfWeek: number): string {
  const two = (value: number): string => String(value).padStart(2, '0')
  const minute = minuteOfWeek % 1440
  return `${DAYS[Math.floor(minuteOfWeek / 1440)] ?? ''} ${two(Math.floor(minute / 60))}:${two(minute % 60)}`
}

function listOf(items: readonly string[]): string {
  return items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} and ${items.at(-1) ?? ''}`
}
