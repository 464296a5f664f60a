/**
 * OpenAI's own description of its API, to hold answers and requests against. It lies beside the repository and not on every
 * machine: tests say so and skip.
 */
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { Ajv, type ValidateFunction } from 'ajv'
import { parse } from 'yaml'
import { isRecord } from '../src/protocols/json-object.ts'

const FILE = fileURLToPath(new URL('../../shared/specs/openai-openapi.yaml.gz', import.meta.url))

export const hasOpenapi: boolean = existsSync(FILE)
/** For the name of a suite. */
export const openapiNote: string = hasOpenapi ? '' : ' (skipped: the document is not on this machine)'

/** The document, unpacked. */
export function openapiText(): string {
  return gunzipSync(readFileSync(FILE)).toString()
}

/** @returns what is wrong with a value by the schema of this name; null = nothing */
export type Validate = (schema: string, value: unknown) => unknown

/** @param names schemas that will be asked for: to parse the document whole takes seconds */
export function readOpenapi(names: readonly string[]): Validate {
  const ajv = new Ajv({ strict: false, validateFormats: false })
  const schemas = readSchemas(openapiText(), names)
  ajv.addSchema({ $id: 'openai', components: { schemas } })
  const compiled = new Map<string, ValidateFunction>()
  return (schema, value) => {
    const check = compiled.get(schema) ?? ajv.compile({ $ref: `openai#/components/schemas/${schema}` })
    compiled.set(schema, check)
    return check(value) ? null : check.errors
  }
}

/** The schemas of these names and all they refer to. */
function readSchemas(text: string, names: readonly string[]): Record<string, unknown> {
  const [, section = ''] = text.split(/^ {2}schemas:\n/m)
  const blocks = new Map(
    section.split(/^(?= {4}[A-Za-z])/m).map((block) => [block.trim().split(':')[0] ?? '', block]),
  )
  const schemas: Record<string, unknown> = {}
  const pending = [...names]
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (name in schemas) continue
    const block = blocks.get(name) ?? ''
    Object.assign(schemas, parse(block.split(/^ {0,2}\S/m)[0] ?? '', readNullable))
    for (const [, referred = ''] of block.matchAll(/#\/components\/schemas\/([\w-]+)/g))
      pending.push(referred)
  }
  return schemas
}

/** `nullable` is OpenAPI 3.0's, left over in a document of 3.1: said here as JSON Schema says it. */
function readNullable(_key: unknown, value: unknown): unknown {
  if (!isRecord(value) || typeof value['nullable'] !== 'boolean') return value
  const { nullable, ...schema } = value
  return nullable ? { anyOf: [schema, { type: 'null' }] } : schema
}
