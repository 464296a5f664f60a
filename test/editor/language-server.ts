/**
 * The real yaml-language-server over stdio, as editors run it, and the few requests that the tests make of it.
 */
import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

export interface Position {
  line: number
  character: number
}

export interface EditorDiagnostic {
  message: string
  range: { start: Position; end: Position }
}

/** Each text is a document of its own: `uri` must be new, and its folder decides where relative schemas lie. */
export interface LanguageServer {
  /** Diagnostics of the text, once the server has judged it. */
  diagnose: (uri: string, text: string) => Promise<EditorDiagnostic[]>
  /** Labels that are offered, with the documentation of each. */
  complete: (uri: string, text: string, at: Position) => Promise<Map<string, string>>
  /** What is shown over a place; '' for nothing. */
  hover: (uri: string, text: string, at: Position) => Promise<string>
  stop: () => Promise<void>
}

type Message = { id?: number; method?: string; params?: unknown; result?: unknown; error?: unknown }

const PACKAGE = createRequire(import.meta.url).resolve('yaml-language-server/package.json')
const ANSWER_MS = 10_000

export async function startLanguageServer(): Promise<LanguageServer> {
  const child = spawn(process.execPath, [join(dirname(PACKAGE), 'bin/yaml-language-server'), '--stdio'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const waiting = new Map<string, (message: Message) => void>()
  const send = (message: Message): void => {
    const body = JSON.stringify({ jsonrpc: '2.0', ...message })
    child.stdin.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`)
  }
  readMessages(child.stdout, (message) => {
    // What the server asks of an editor: its settings, mostly. There are none.
    if (message.id !== undefined && message.method !== undefined) {
      send({ id: message.id, result: message.method === 'workspace/configuration' ? [{}, {}, {}, {}] : null })
      return
    }
    const uri = (message.params as { uri?: string } | undefined)?.uri ?? ''
    waiting.get(message.id === undefined ? `${message.method} ${uri}` : String(message.id))?.(message)
  })
  const wait = (key: string): Promise<Message> =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no answer to ${key}`)), ANSWER_MS)
      waiting.set(key, (message) => {
        clearTimeout(timer)
        waiting.delete(key)
        resolve(message)
      })
    })
  let lastId = 0
  const request = async (method: string, params: unknown): Promise<unknown> => {
    const id = ++lastId
    const answer = wait(String(id))
    send({ id, method, params })
    const { result, error } = await answer
    if (error !== undefined) throw new Error(`${method}: ${JSON.stringify(error)}`)
    return result
  }

  await request('initialize', { processId: process.pid, rootUri: null, capabilities: CAPABILITIES })
  send({ method: 'initialized', params: {} })
  const open = (uri: string, text: string): void =>
    send({
      method: 'textDocument/didOpen',
      params: { textDocument: { uri, languageId: 'yaml', version: 1, text } },
    })
  return {
    diagnose: async (uri, text) => {
      const judged = wait(`textDocument/publishDiagnostics ${uri}`)
      open(uri, text)
      return ((await judged).params as { diagnostics: EditorDiagnostic[] }).diagnostics
    },
    complete: async (uri, text, position) => {
      open(uri, text)
      const result = await request('textDocument/completion', { textDocument: { uri }, position })
      const items = Array.isArray(result) ? (result as Item[]) : ((result as { items: Item[] }).items ?? [])
      return new Map(items.map(({ label, documentation }) => [label, textOf(documentation)]))
    },
    hover: async (uri, text, position) => {
      open(uri, text)
      const result = await request('textDocument/hover', { textDocument: { uri }, position })
      return textOf((result as { contents?: unknown } | null)?.contents)
    },
    stop: async () => {
      await request('shutdown', null)
      const exited = new Promise((resolve) => child.once('exit', resolve))
      send({ method: 'exit' })
      await exited
    },
  }
}

interface Item {
  label: string
  documentation?: unknown
}

const CAPABILITIES = {
  textDocument: {
    completion: { completionItem: { snippetSupport: true, documentationFormat: ['markdown'] } },
    hover: { contentFormat: ['markdown'] },
    publishDiagnostics: {},
  },
}

function textOf(markup: unknown): string {
  if (typeof markup === 'string') return markup
  return (markup as { value?: string } | null | undefined)?.value ?? ''
}

/** Frames of the protocol: headers, an empty line, so many bytes of JSON. */
function readMessages(stream: NodeJS.ReadableStream, take: (message: Message) => void): void {
  let buffer = Buffer.alloc(0)
  stream.on('data', (chunk: Buffer) => {
    buffer = Buffer.concat([buffer, chunk])
    for (;;) {
      const head = buffer.indexOf('\r\n\r\n')
      const length = Number(
        /Content-Length: (\d+)/i.exec(buffer.subarray(0, Math.max(head, 0)).toString())?.[1],
      )
      const end = head + 4 + length
      if (head === -1 || buffer.length < end) return
      take(JSON.parse(buffer.subarray(head + 4, end).toString()) as Message)
      buffer = buffer.subarray(end)
    }
  })
}
