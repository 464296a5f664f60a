/**
 * A chat request → what OpenCode takes: one system text and one user turn. It has no way to be told what an assistant
 * said before, so a conversation is written down in that one turn.
 */
import { isRecord } from '../../protocols/json-object.ts'

export type PromptPart =
  | { type: 'text'; text: string }
  | { type: 'file'; mime: string; filename: string; url: string }

export type Prompt =
  | { kind: 'prompt'; system: string; parts: PromptPart[] }
  /** It cannot be said there; `param` is the field at fault. */
  | { kind: 'refused'; param: string; message: string }

/** Fields that ask for what an OpenCode server never does. */
const REFUSED: readonly (readonly [field: string, isAsked: (value: unknown) => boolean])[] = [
  ['tools', (value) => Array.isArray(value) && value.length > 0],
  ['functions', (value) => Array.isArray(value) && value.length > 0],
  ['n', (value) => typeof value === 'number' && value > 1],
  ['logprobs', (value) => value === true],
  ['top_logprobs', (value) => typeof value === 'number' && value > 0],
  ['audio', (value) => isRecord(value)],
  ['response_format', (value) => isRecord(value) && value['type'] !== 'text'],
]

/** Its own turn, and no other, is what the model is to write. */
const PREAMBLE =
  'What follows is a conversation so far, each turn between tags that say who spoke. ' +
  'Write the next turn of the assistant, without tags.'

/** @param body a chat completion request */
export function toPrompt(body: Readonly<Record<string, unknown>>): Prompt {
  for (const [param, isAsked] of REFUSED) {
    if (isAsked(body[param]))
      return refused(param, `An OpenCode server cannot do what \`${param}\` asks for.`)
  }
  const messages = Array.isArray(body['messages']) ? body['messages'].filter(isRecord) : []
  const system = messages.filter(isSystem).map((message) => textOf(message['content']))
  const turns = messages.filter((message) => !isSystem(message))
  if (turns.length === 0) return refused('messages', 'There is no turn to answer.')
  const files: PromptPart[] = []
  for (const message of turns) {
    for (const part of listOf(message['content'])) {
      if (part['type'] === 'text' || part['type'] === 'refusal') continue
      const file = toFile(part, files.length)
      if (file === null) {
        return refused('messages', 'An OpenCode server takes text, and images as `data:` URLs with base64.')
      }
      files.push(file)
    }
  }
  const [only] = turns
  const text = turns.length === 1 && only?.['role'] === 'user' ? textOf(only['content']) : written(turns)
  return {
    kind: 'prompt',
    system: system.join('\n\n'),
    parts: [...(text === '' ? [] : [{ type: 'text', text } as const]), ...files],
  }
}

function written(turns: readonly Record<string, unknown>[]): string {
  return [PREAMBLE, ...turns.map(turnText)].join('\n\n')
}

function turnText(message: Record<string, unknown>): string {
  const role = typeof message['role'] === 'string' ? message['role'] : 'user'
  const lines = [textOf(message['content'])]
  for (const call of listOf(message['tool_calls'])) {
    const named = isRecord(call['function']) ? call['function'] : {}
    lines.push(`(called ${String(named['name'])} with ${String(named['arguments'])})`)
  }
  return `<${role}>\n${lines.filter((line) => line !== '').join('\n')}\n</${role}>`
}

const DATA_URL = /^data:(image\/[a-z0-9.+-]+);base64,/i

function toFile(part: Record<string, unknown>, index: number): PromptPart | null {
  const image = part['type'] === 'image_url' ? part['image_url'] : undefined
  const url = isRecord(image) ? image['url'] : image
  const mime = typeof url === 'string' ? DATA_URL.exec(url)?.[1] : undefined
  if (typeof url !== 'string' || mime === undefined) return null
  return { type: 'file', mime, filename: `image-${index + 1}.${mime.slice('image/'.length)}`, url }
}

function isSystem({ role }: Record<string, unknown>): boolean {
  return role === 'system' || role === 'developer'
}

function listOf(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.filter(isRecord) : []
}

function textOf(content: unknown): string {
  if (typeof content === 'string') return content
  return listOf(content)
    .map(({ text, refusal }) => text ?? refusal)
    .filter((text) => typeof text === 'string')
    .join('\n')
}

function refused(param: string, message: string): Prompt {
  return { kind: 'refused', param, message }
}
