/** What a request asks of a backend besides an answer: to have kept something of earlier ones, to run tools itself. */
import type { Surface } from '../table/route-table.ts'
import { SURFACE_TRAITS } from '../table/surfaces.ts'
import { isRecord } from './json-object.ts'

type Body = Readonly<Record<string, unknown>>

/** Fields that refer to what a server has kept, or want it to keep something for later. */
const STATE: Partial<Record<Surface, readonly string[]>> = {
  responses: ['previous_response_id', 'conversation', 'prompt', 'background'],
  messages: ['container'],
  // LiteLLM asks OpenAI for a response, or Anthropic for a message, where a chat says these.
  chat: ['previous_response_id', 'conversation', 'background', 'container'],
}

const NONE: readonly string[] = []

/** @returns the field that only a backend which keeps state can honour; undefined = there is none */
export function stateAsked(body: Body, surface: Surface): string | undefined {
  for (const field of STATE[surface] ?? NONE) {
    const value = body[field]
    if (value !== undefined && value !== null && value !== false) return field
  }
  if (surface !== 'responses') return undefined
  const { input } = body
  return Array.isArray(input) && input.some(isReference) ? 'input' : undefined
}

function isReference(item: unknown): boolean {
  if (!isRecord(item)) return false
  const { type = null, role = null, id } = item
  return type === 'item_reference' || (type === null && role === null && typeof id === 'string')
}

/**
 * Tools that the client runs. All others are run by the backend, which then sends of the request what it likes to
 * searches, pages and servers of others.
 */
const CLIENT_TOOL = /^(?:function|custom|local_shell|apply_patch|(?:bash|text_editor|computer|memory)_\d{8})$/

/** Members that make a tool one of the backend's whatever its type says: Gemini's, by way of LiteLLM, have no type. */
const SERVER_MEMBER =
  /^(?:google_?search|google_?search_?retrieval|google_?maps|enterprise_?web_?search|url_?context|code_?execution|computer_?use|file_?search|retrieval|system_?tool|server_url|connector_id)$/i

/** Fields by which a backend searches the web. */
const SEARCHES = ['web_search_options', 'search_parameters', 'plugins'] as const

/** Longest name that is told. */
const LONGEST = 64

/** @returns the tool that the backend itself would run; undefined = there is none */
export function serverToolAsked(body: Body, surface: Surface): string | undefined {
  if (SURFACE_TRAITS[surface].turns === null) return undefined
  const { tools } = body
  if (Array.isArray(tools)) {
    for (const tool of tools) {
      const asked = isRecord(tool) ? serverTool(tool) : undefined
      if (asked !== undefined) return asked.slice(0, LONGEST)
    }
  }
  for (const field of SEARCHES) if (body[field] !== undefined && body[field] !== null) return field
  return undefined
}

/** What it is called; undefined = the client runs it. */
function serverTool(tool: Body): string | undefined {
  const { type = null, name, function: called } = tool
  if (type !== null && !(typeof type === 'string' && CLIENT_TOOL.test(type))) {
    return typeof type === 'string' ? type : 'tool'
  }
  const members = Object.keys(tool)
  const own = members.find((member) => SERVER_MEMBER.test(member))
  // A tool that a client is to run has a name, by which it is called.
  return type !== null || typeof name === 'string' || isRecord(called) ? own : (own ?? members[0] ?? 'tool')
}
