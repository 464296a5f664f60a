import { expect, it } from 'vitest'
import { translationOf } from '../../../../src/protocols/translate/translations.ts'
import type { Wire } from '../../../../src/table/route-table.ts'
import { ALL_SURFACES } from '../../../../src/table/surfaces.ts'
import { wireOf } from '../../../../src/table/wire-of.ts'

const WIRES: readonly Wire[] = [...ALL_SURFACES, 'ollama-chat']

it('has each translation that targets are admitted for, and no other', () => {
  for (const surface of ALL_SURFACES) {
    for (const wire of WIRES) {
      if (wire === surface) continue
      const admits = wireOf([wire], surface) === wire
      const translate = (): unknown => translationOf(surface, wire)
      if (admits) expect(translate, `${surface} to ${wire}`).not.toThrow()
      else expect(translate, `${surface} to ${wire}`).toThrow('no translation')
    }
  }
})
