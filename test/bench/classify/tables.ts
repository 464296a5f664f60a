/** Tables that ask for all that classify can do. */
import type { RouteTable } from '../../../src/table/route-table.ts'
import { makeInjection, makePrivacy, makeRuledTable } from '../../src/make-policy.ts'

const base = makeRuledTable([])

/** All guards. */
export const guardedTable: RouteTable = {
  ...base,
  classify: { ...base.classify, privacy: makePrivacy(), injection: makeInjection() },
}

/** All guards, and so many rules that ask for a phrase each. */
export function tableWithPhrases(rules: number): RouteTable {
  return {
    ...guardedTable,
    texts: Array.from({ length: rules }, (_, rule) => ({
      in: 'user',
      test: { kind: 'contains', anyOf: [`rule${rule}word`] },
      caseSensitive: false,
    })),
  }
}
