/** A table whose rules ask for a pattern each, with the literals that the compiler finds in them. */
import { requiredLiterals } from '../../../compiler/regex/required-literals.ts'
import type { RouteTable } from '../../../src/table/route-table.ts'
import { guardedTable } from './tables.ts'

/** All guards, and so many rules. A text that says `ticket 42: rule7words` is what the eighth asks for. */
export function tableWithPatterns(rules: number): RouteTable {
  return {
    ...guardedTable,
    texts: Array.from({ length: rules }, (_, rule) => {
      const source = String.raw`\b(?:case|ticket)\s*\d{1,9}:?\s+rule${rule}words\b`
      const literals = requiredLiterals(source, 'iu')
      return { in: 'user', test: { kind: 'matches', source, flags: 'iu', literals }, caseSensitive: false }
    }),
  }
}
