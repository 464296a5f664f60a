/** Documents → the table they mean, whatever the checks would say: what is compared is the meaning. */
import { load } from '../../../compiler/load/load.ts'
import { resolve } from '../../../compiler/resolve/resolve.ts'
import { toRouteTable } from '../../../compiler/emit/to-route-table.ts'
import { validate } from '../../../compiler/validate/validate.ts'
import type { RouteTable } from '../../../src/table/route-table.ts'
import { readerOf, toTexts } from '../compile-documents.ts'
import type { PolicyDocuments } from '../policy-documents.ts'

/** @throws Error when the documents do not even resolve */
export async function compileUnchecked(documents: PolicyDocuments): Promise<RouteTable> {
  const readFile = readerOf(toTexts(documents))
  const { loaded, diagnostics } = await load({ policies: 'policies', shownAs: 'policies', readFile })
  const { valid, diagnostics: invalid } = validate(loaded)
  if (valid === null) throw new Error(messages([...diagnostics, ...invalid]))
  const { resolved, diagnostics: unresolved } = resolve(valid, new Map())
  if (unresolved.length > 0) throw new Error(messages(unresolved))
  return toRouteTable(resolved)
}

function messages(diagnostics: readonly { code: string; message: string }[]): string {
  return diagnostics.map(({ code, message }) => `${code}: ${message}`).join('; ')
}
