/** Operations of OpenAI's document: what is asked and answered, by name of the schema, and the examples given for them. */
import { parse } from 'yaml'
import { isRecord } from '../src/protocols/json-object.ts'

export interface Operation {
  /** Below `/v1`. */
  path: string
  method: 'get' | 'post'
  /** Names of schemas; null = there is none of its own. */
  request: string | null
  answer: string | null
  event: string | null
  examples: readonly Example[]
}

export interface Example {
  title: string
  /** null = it is not JSON. */
  request: Record<string, unknown> | null
  /** As it is printed: JSON, or a stream. */
  response: string
}

const REFERENCE = '#/components/schemas/'
const CURL_BODY = /-d '(\{.*\})'/s

/** @param text the whole document: it is cut by its layout, as to parse all of it takes seconds */
export function readOperations(
  text: string,
  wanted: readonly Pick<Operation, 'path' | 'method'>[],
): Operation[] {
  const [, section = ''] = text.split(/^paths:\n/m)
  const blocks = new Map(
    section.split(/^(?= {2}\/)/m).map((block) => [block.trim().split(':')[0] ?? '', block]),
  )
  return wanted.map(({ path, method }) => {
    const block: unknown = parse(blocks.get(path)?.split(/^\S/m)[0] ?? '')
    const operation = at(block, path, method)
    const answers = at(operation, 'responses', '200', 'content')
    return {
      path,
      method,
      request: schemaName(at(operation, 'requestBody', 'content', 'application/json')),
      answer: schemaName(at(answers, 'application/json')),
      event: schemaName(at(answers, 'text/event-stream')),
      examples: [at(operation, 'x-oaiMeta', 'examples')].flat().filter(isRecord).map(exampleOf),
    }
  })
}

function at(value: unknown, ...keys: string[]): unknown {
  return keys.reduce<unknown>((inner, key) => (isRecord(inner) ? inner[key] : undefined), value)
}

function schemaName(content: unknown): string | null {
  const reference = at(content, 'schema', '$ref')
  return typeof reference === 'string' ? reference.slice(REFERENCE.length) : null
}

function exampleOf(example: Record<string, unknown>): Example {
  const { title, response } = example
  const body = CURL_BODY.exec(String(at(example, 'request', 'curl')))?.[1]
  return {
    title: typeof title === 'string' ? title : 'the example',
    request: body === undefined ? null : (JSON.parse(body) as Record<string, unknown>),
    response: typeof response === 'string' ? response : '',
  }
}
