/**
 * What one check says about policies that resolve without fault.
 */
import type { Check } from '../../../compiler/check/check-context.ts'
import type { Diagnostic } from '../../../compiler/diagnostics/diagnostic.ts'
import { createResolveContext } from '../../../compiler/resolve/resolve-context.ts'
import { type Documents, resolveDocuments } from '../resolve/resolve-documents.ts'

export async function messagesOf(check: Check, documents: Documents): Promise<string[]> {
  const { policy, diagnostics: faults } = await resolveDocuments(documents)
  if (faults.length > 0) throw new Error(faults.map(({ message }) => message).join('; '))
  const diagnostics: Diagnostic[] = []
  check.run(policy, createResolveContext(policy.locate, diagnostics))
  return diagnostics.map(({ message }) => message)
}
