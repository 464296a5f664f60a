/** What every key of the schemas must have for editors to show. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

interface Node {
  $ref?: string
  description?: string
  properties?: Record<string, Node>
  definitions?: Record<string, Node>
}

const ROOT = join(import.meta.dirname, '../..')

/** A list of alternatives says nothing about a key. */
const GENERIC = 'One, or a list of which any will do.'

describe.each(['policy', 'backends', 'clients', 'detectors', 'tests'])('%s.schema.json', (name) => {
  const schema = JSON.parse(readFileSync(join(ROOT, `schemas/${name}.schema.json`), 'utf8')) as Node

  it('describes every key', () => {
    const describedBy = ({ $ref, description }: Node): string | undefined =>
      description ?? schema.definitions?.[$ref?.split('/').at(-1) ?? '']?.description
    const silent = objectsOf(schema).flatMap(({ properties = {} }) =>
      Object.entries(properties)
        .filter(([, node]) => [undefined, GENERIC].includes(describedBy(node)))
        .map(([key]) => key),
    )
    expect(silent).toEqual([])
  })

  it('refers to nothing that it does not define', () => {
    const defined = Object.keys(schema.definitions ?? {})
    const refs = objectsOf(schema).flatMap(({ $ref }) => (typeof $ref === 'string' ? [$ref] : []))
    expect(refs.filter((ref) => !defined.includes(ref.replace('#/definitions/', '')))).toEqual([])
  })
})

function objectsOf(value: unknown): Node[] {
  if (typeof value !== 'object' || value === null) return []
  return [value, ...Object.values(value).flatMap(objectsOf)]
}
