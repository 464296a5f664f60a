import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { KIND_SURFACES } from '../../../src/table/kind-surfaces.ts'
import { ALL_SURFACES, SURFACE_TRAITS } from '../../../src/table/surfaces.ts'
import { BACKEND_KINDS } from '../../../src/backends/kind.ts'

const schema = (name: string): string =>
  readFileSync(join(import.meta.dirname, `../../../schemas/${name}.schema.json`), 'utf8')

describe('surfaces', () => {
  it('are those of the policy language, in one order', () => {
    const { definitions } = JSON.parse(schema('policy')) as {
      definitions: Record<string, { enum: string[] }>
    }
    expect(definitions['SurfaceName']?.enum).toEqual(ALL_SURFACES)
  })

  it('have a path of their own each', () => {
    const traits = Object.values(SURFACE_TRAITS)
    expect(new Set(traits.map(({ path }) => path)).size).toBe(traits.length)
    for (const { path, backendPath } of traits) expect(path).toBe(`/v1${backendPath}`)
  })

  it('have text somewhere, or a guard would see nothing', () => {
    for (const { turns, prompts } of Object.values(SURFACE_TRAITS)) {
      expect(turns !== null || prompts.length > 0).toBe(true)
    }
  })
})

describe('kinds of backends', () => {
  it('all say what they speak', () => {
    expect(Object.keys(KIND_SURFACES).toSorted()).toEqual(Object.keys(BACKEND_KINDS).toSorted())
    for (const wires of Object.values(KIND_SURFACES)) expect(wires).not.toEqual([])
  })

  it('are said so in the documents', () => {
    const page = readFileSync(join(import.meta.dirname, '../../../docs/surfaces.md'), 'utf8')
    for (const surface of ALL_SURFACES) {
      const speaking = Object.entries(KIND_SURFACES).filter(([, wires]) => wires.includes(surface))
      const cells =
        page
          .split('\n')
          .find((line) => line.startsWith(`| \`${surface}\``))
          ?.split('|') ?? []
      expect(cells[2]?.trim()).toBe(`\`${SURFACE_TRAITS[surface].path}\``)
      expect(cells[4]?.trim()).toBe(speaking.map(([kind]) => kind).join(', '))
    }
  })
})
