/** Langfuse's own description of its API. It lies beside the repository and not on every machine: tests say so and go on. */
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Ajv, type ValidateFunction } from 'ajv'
import { parse } from 'yaml'
import { isRecord } from '../../src/protocols/json-object.ts'

const FILE = fileURLToPath(new URL('../../../shared/specs/langfuse-openapi.yml', import.meta.url))

export const documentNote: string = existsSync(FILE) ? '' : ' (without its document: not on this machine)'

/** @returns what is wrong with a body that is sent to this path, or answered with this status; null = nothing */
export interface LangfuseDocument {
  request: (path: string, body: unknown) => unknown
  answer: (path: string, status: number, body: unknown) => unknown
}

/** Null where it is not on this machine. */
export function readLangfuseDocument(): LangfuseDocument | null {
  if (!existsSync(FILE)) return null
  const text = readFileSync(FILE, 'utf8')
  const document = parse(text, readNullable, { maxAliasCount: -1 }) as Record<string, unknown>
  const ajv = new Ajv({ strict: false, validateFormats: false })
  ajv.addSchema({ ...document, $id: 'langfuse' })
  const compiled = new Map<string, ValidateFunction>()
  const check = (pointer: string, value: unknown): unknown => {
    const validate = compiled.get(pointer) ?? ajv.compile({ $ref: `langfuse#${pointer}` })
    compiled.set(pointer, validate)
    return validate(value) ? null : validate.errors
  }
  const at = (path: string): string => `/paths/${path.replaceAll('~', '~0').replaceAll('/', '~1')}`
  const json = 'content/application~1json/schema'
  return {
    request: (path, body) => check(`${at(path)}/post/requestBody/${json}`, body),
    answer(path, status, body) {
      const method = /\/(?:health|projects|v2\/observations|traces\/\{traceId\})$/.test(path) ? 'get' : 'post'
      return check(`${at(path)}/${method}/responses/${status}/${json}`, body)
    },
  }
}

/** `nullable` is OpenAPI 3.0's: said here as JSON Schema says it. */
function readNullable(_key: unknown, value: unknown): unknown {
  if (!isRecord(value) || typeof value['nullable'] !== 'boolean') return value
  const { nullable, ...schema } = value
  return nullable ? { anyOf: [schema, { type: 'null' }] } : schema
}
