/** What a model said in a streamed answer, put together again from its events, of whatever protocol they are. */
import { isRecord } from './json-object.ts'
import { parseRecord } from './parse-record.ts'
import { saidInAnswer, type SaidPart } from './said-parts.ts'
import { chatSaid } from './translate/chat-said.ts'
import { createCallDeltas, type StreamedCall } from './translate/call-deltas.ts'

export interface SaidInStream {
  /** @param data of one event; what is none may be a part of one, and leaves a tear */
  push: (data: string) => void
  /** Something was left out here: whatever was being said may go on in it. */
  tear: () => void
  /** Characters of text so far. */
  length: () => number
  /** What else is held, in characters: names, what blocks begin with, and the places of all of them. */
  weight: () => number
  parts: () => SaidPart[]
}

type Fields = Readonly<Record<string, unknown>>

interface Call extends StreamedCall {
  arguments: string
  /** What of it counts in the weight. */
  weighed: number
}

/** Stands where something is missing until all is put together: Unicode has it mean nothing to anybody else. */
const TEAR = '\uFDD0'

/** What a choice, a call or a block weighs that holds nothing. */
const PER_PLACE = 64

/** `choices` of chat and completions, by index; Ollama's has one, which is its `message`. */
interface Choice {
  content: string
  reasoning: string
  refusal: string
  calls: Call[]
  /** Why it ended; undefined = it has not. */
  reason?: unknown
  deltas: ReturnType<typeof createCallDeltas<Call>>
}

/** A block of Anthropic's content, or an item of OpenAI's output as far as it came. */
interface Block {
  head: Fields
  text: string
  input: string
  /** No more comes. */
  isWhole: boolean
}

export function createSaidInStream(): SaidInStream {
  const choices = new Map<number, Choice>()
  const blocks = new Map<number, Block>()
  const items = new Map<number, Block>()
  /** What items of output say that are whole: no more is kept of them, for some hold an image. */
  const done = new Map<number, SaidPart[]>()
  /** Why Anthropic's answer ended; undefined = it has not. */
  let stopped: unknown
  let isTorn = false
  /** Something was said since the last tear. */
  let hasGrown = false
  /** In which of them what comes next may be the rest of something. */
  const tornPlaces = new Set<ReadonlyMap<number, Block>>()
  let length = 0
  let weight = 0

  const add = (text: unknown): string => {
    if (typeof text !== 'string') return ''
    length += text.length
    return text
  }
  const grown = (before: string, text: unknown, isRest = isTorn): string => {
    const more = add(text)
    hasGrown ||= more !== ''
    return before === '' && more !== '' && isRest ? TEAR + more : before + more
  }
  const takeChoice = (index: number, delta: Fields): void => {
    const choice = choices.get(index) ?? newChoice()
    if (!choices.has(index)) weight += PER_PLACE
    choices.set(index, choice)
    const { text, reasoning, refusal } = chatSaid(delta)
    choice.content = grown(grown(choice.content, text), delta['text'])
    choice.reasoning = grown(choice.reasoning, reasoning || delta['thinking'])
    choice.refusal = grown(choice.refusal, refusal)
    const calls = Array.isArray(delta['tool_calls']) ? delta['tool_calls'] : []
    for (const one of calls) {
      if (!isRecord(one)) continue
      const { call, arguments: more } = choice.deltas.push(one)
      call.arguments = grown(call.arguments, more)
      const weighs = PER_PLACE + call.name.length + (call.id?.length ?? 0)
      weight += weighs - call.weighed
      call.weighed = weighs
    }
  }
  const endChoice = (index: number, reason: unknown): void => {
    const choice = choices.get(index)
    if (choice !== undefined) choice.reason ??= reason ?? undefined
  }
  const takeBlock = (of: Map<number, Block>, index: number, { head, text, input }: Partial<Block>): void => {
    const block = of.get(index) ?? { head: {}, text: '', input: '', isWhole: false }
    if (!of.has(index)) weight += PER_PLACE
    if (head !== undefined) {
      weight += JSON.stringify(head).length
      block.head = head
    }
    const isRest = tornPlaces.has(of) || (isTorn && !of.has(index) && head === undefined)
    block.text = grown(block.text, text, isRest)
    block.input = grown(block.input, input, isRest)
    if (block.text !== '' || block.input !== '') tornPlaces.delete(of)
    of.set(index, block)
  }
  const tear = (): void => {
    if (isTorn && !hasGrown) return
    isTorn = true
    hasGrown = false
    for (const choice of choices.values()) if (choice.reason === undefined) tearChoice(choice)
    for (const places of [blocks, items]) {
      tornPlaces.add(places)
      const last = [...places.values()].at(-1)
      for (const block of places.values()) if (!block.isWhole || block === last) tearBlock(block)
    }
  }
  const takeAnthropic = ({ type, index, content_block: begun, delta }: Fields): void => {
    const at = Number(index)
    const block = blocks.get(at)
    if (type === 'content_block_stop' && block !== undefined) block.isWhole = true
    if (type === 'message_delta' && isRecord(delta)) stopped ??= delta['stop_reason'] ?? undefined
    if (type === 'message_stop') stopped ??= 'done'
    if (type === 'content_block_start' && isRecord(begun)) {
      takeBlock(blocks, at, { head: begun, text: textOf(begun) })
    }
    if (type !== 'content_block_delta' || !isRecord(delta)) return
    takeBlock(blocks, at, { text: textOf(delta), input: stringOf(delta['partial_json']) })
  }
  const takeResponses = (type: string, { output_index: index, item, part, delta }: Fields): void => {
    const at = Number(index)
    if (type === 'response.output_item.done' && isRecord(item)) {
      const said = saidInAnswer({ output: [item] })
      const { text = '', input = '' } = items.get(at) ?? {}
      length += sizeOf(said) - sizeOf(done.get(at) ?? []) - text.length - input.length
      weight += done.has(at) ? 0 : PER_PLACE
      items.delete(at)
      done.set(at, said)
    } else if (type === 'response.output_item.added' && isRecord(item)) {
      const { type: kind, name, arguments: given, input } = item
      takeBlock(items, at, { head: { type: kind, name }, input: stringOf(given) + stringOf(input) })
    } else if (done.has(at)) return
    else if (type === 'response.content_part.added' && isRecord(part)) {
      takeBlock(items, at, { text: textOf(part) })
    } else if (/(?:text|refusal)\.delta$/.test(type)) takeBlock(items, at, { text: stringOf(delta) })
    else if (/(?:arguments|input)\.delta$/.test(type)) takeBlock(items, at, { input: stringOf(delta) })
  }
  return {
    push(data) {
      const event = parseRecord(data)
      if (event === null) {
        if (data.trim() === '[DONE]') for (const choice of choices.values()) choice.reason ??= 'done'
        else if (data.trim() !== '') tear()
        return
      }
      const { choices: told, type, message, done: isDone } = event
      for (const [place, choice] of (Array.isArray(told) ? told : []).entries()) {
        if (!isRecord(choice)) continue
        const { index, delta, text, finish_reason: reason } = choice
        const at = typeof index === 'number' ? index : place
        takeChoice(at, isRecord(delta) ? delta : { text })
        endChoice(at, reason)
      }
      if (typeof isDone === 'boolean' && isRecord(message)) {
        takeChoice(0, message)
        if (isDone) endChoice(0, event['done_reason'] ?? 'done')
      }
      if (typeof type !== 'string') return
      if (type.startsWith('response.')) takeResponses(type, event)
      else takeAnthropic(event)
    },
    tear,
    length: () => length,
    weight: () => weight,
    parts() {
      const broken = sorted(items).map(([at, block]): [number, SaidPart[]] => [
        at,
        saidInAnswer({ output: [{ ...itemOf(block), status: 'incomplete' }] }),
      ])
      const answers: SaidPart[][] = [
        saidInAnswer({ choices: sorted(choices).map(([, choice]) => choiceOf(choice)) }),
        ...sorted(new Map([...done, ...broken])).map(([, said]) => said),
        saidInBlocks(
          sorted(blocks).map(([, block]) => block),
          stopped,
        ),
      ]
      const parts: SaidPart[] = []
      for (const answer of answers) {
        const before = (parts.at(-1)?.message ?? -1) + 1
        for (const part of answer) parts.push({ ...part, message: before + part.message })
      }
      return isTorn ? parts.map(tornAt) : parts
    },
  }
}

function newChoice(): Choice {
  const calls: Call[] = []
  const deltas = createCallDeltas<Call>(() => {
    const call: Call = { id: null, name: '', begun: false, arguments: '', weighed: 0 }
    calls.push(call)
    return call
  })
  return { content: '', reasoning: '', refusal: '', calls, deltas }
}

function choiceOf({ content, reasoning, refusal, calls, reason = 'length' }: Choice): Fields {
  const called = calls.map(({ name, arguments: given }) => ({ function: { name, arguments: given } }))
  return { message: { content, reasoning, refusal, tool_calls: called }, finish_reason: reason }
}

function tearChoice(choice: Choice): void {
  choice.content = torn(choice.content)
  choice.reasoning = torn(choice.reasoning)
  choice.refusal = torn(choice.refusal)
  for (const call of choice.calls) call.arguments = torn(call.arguments)
}

function tearBlock(block: Block): void {
  block.text = torn(block.text)
  block.input = torn(block.input)
}

/** Where nothing is, nothing is torn. */
function torn(text: string): string {
  return text === '' || text.endsWith(TEAR) ? text : text + TEAR
}

function tornAt(part: SaidPart): SaidPart {
  const tears: number[] = []
  let text = ''
  for (const [index, piece] of part.text.split(TEAR).entries()) {
    if (index > 0) tears.push(text.length)
    text += piece
  }
  return tears.length === 0 ? part : { ...part, text, tears }
}

/** All of them are one message. */
function saidInBlocks(blocks: readonly Block[], reason: unknown = 'incomplete'): SaidPart[] {
  return saidInAnswer({ content: blocks.map(contentOf), stop_reason: reason })
}

function contentOf({ head, text, input }: Block): Fields {
  if (input !== '') return { ...head, input }
  return text === '' ? head : { type: 'text', text }
}

/** One that broke off. */
function itemOf({ head, text, input }: Block): Fields {
  return input === '' ? { type: 'message', content: text } : { ...head, arguments: input }
}

function sorted<T>(by: ReadonlyMap<number, T>): [number, T][] {
  return [...by].toSorted(([a], [b]) => a - b)
}

function sizeOf(said: readonly SaidPart[]): number {
  return said.reduce((sum, { text }) => sum + text.length, 0)
}

function textOf({ text, thinking }: Fields): string {
  return stringOf(text) + stringOf(thinking)
}

function stringOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
