/**
 * The content blocks of a streamed message. Anthropic's protocol has them one after another, each begun, told and ended; in
 * chat they come as they will, and pieces of several tool calls may be mixed. The block in front is told as it comes, all
 * others are kept until it is over: a text is when something else begins, a call when its arguments are complete.
 */
import type { StreamedCall } from '../call-deltas.ts'
import { namedEvent } from '../named-event.ts'
import { createJsonEnd, type JsonEnd } from './json-end.ts'

interface Spoken {
  type: 'text' | 'thinking'
  /** Said, and not yet told. */
  held: string
}

export interface StreamedToolUse extends StreamedCall {
  type: 'tool_use'
  held: string
  json: JsonEnd
  isTold: boolean
}

export interface MessageBlocks {
  /** @returns the events that are due now, as text */
  say: (type: Spoken['type'], text: string) => string
  /**
   * @param isNew whether it is the call's first piece
   * @param piece what it adds to the arguments
   * @throws TypeError for arguments behind their end
   */
  call: (call: StreamedToolUse, isNew: boolean, piece: string) => string
  /**
   * Nothing more will come.
   * @throws TypeError for a call that was never named
   */
  close: () => string
}

export function createToolUse(): StreamedToolUse {
  return {
    type: 'tool_use',
    id: null,
    name: '',
    begun: false,
    held: '',
    json: createJsonEnd(),
    isTold: false,
  }
}

/** @param idOf an id for a call that has none, by its block's index */
export function createMessageBlocks(idOf: (index: number) => string): MessageBlocks {
  const queue: (Spoken | StreamedToolUse)[] = []
  /** Of the block in front; those before it are over. */
  let index = 0
  let isBegun = false
  let isClosed = false

  const begin = (block: Spoken | StreamedToolUse): string => {
    if (isBegun) return ''
    isBegun = true
    return namedEvent({ type: 'content_block_start', index, content_block: emptyBlock(block, idOf(index)) })
  }

  const tell = (block: Spoken | StreamedToolUse): string => {
    // The pieces of a name are all there when arguments begin.
    if (block.type === 'tool_use' ? !block.begun && !isClosed : block.held === '') return ''
    const begun = begin(block)
    if (block.held === '') return begun
    const delta = deltaOf(block.type, block.held)
    block.held = ''
    return begun + namedEvent({ type: 'content_block_delta', index, delta })
  }

  const advance = (): string => {
    let events = ''
    for (let head = queue[index]; head !== undefined; head = queue[index]) {
      events += tell(head)
      const isOver =
        isClosed || (queue.length > index + 1 && (head.type !== 'tool_use' || head.json.isOver()))
      if (!isOver) break
      events += namedEvent({ type: 'content_block_stop', index })
      if (head.type === 'tool_use') head.isTold = true
      index += 1
      isBegun = false
    }
    return events
  }

  return {
    say(type, text) {
      const last = queue.at(-1)
      if (last?.type === type) last.held += text
      else queue.push({ type, held: text })
      return advance()
    },
    call(call, isNew, piece) {
      if (call.isTold && piece.trim() !== '')
        throw new TypeError('arguments of a tool call go on behind their end')
      call.held += piece
      call.json.push(piece)
      if (isNew) queue.push(call)
      return advance()
    },
    close() {
      isClosed = true
      return advance()
    },
  }
}

function emptyBlock(block: Spoken | StreamedToolUse, id: string): unknown {
  if (block.type === 'tool_use') {
    if (block.name === '') throw new TypeError('a tool call has no name')
    return { type: 'tool_use', id: block.id ?? id, name: block.name, input: {} }
  }
  return block.type === 'text'
    ? { type: 'text', text: '' }
    : { type: 'thinking', thinking: '', signature: '' }
}

function deltaOf(type: 'text' | 'thinking' | 'tool_use', piece: string): unknown {
  if (type === 'text') return { type: 'text_delta', text: piece }
  if (type === 'thinking') return { type: 'thinking_delta', thinking: piece }
  return { type: 'input_json_delta', partial_json: piece }
}
