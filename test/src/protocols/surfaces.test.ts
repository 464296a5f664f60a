import { expect, it } from 'vitest'
import { SURFACES } from '../../../src/protocols/surfaces.ts'

it('every surface has paths of its own', () => {
  for (const field of ['surface', 'path', 'backendPath'] as const) {
    expect(new Set(SURFACES.map((surface) => surface[field])).size).toBe(SURFACES.length)
  }
  for (const { path, backendPath } of SURFACES) expect(path).toBe(`/v1${backendPath}`)
})
