/**
 * Refuses credentials that are written into a policy. Policies are committed, mailed and pasted; secrets must not be.
 */
import { createDiagnostic, type Diagnostic } from '../diagnostics/diagnostic.ts'
import { isScalar, visit, type Scalar } from 'yaml'
import type { LoadedFile } from '../load/loaded-policy.ts'

/** One error per key or value that holds a credential. Comments are masked in frames, but not refused. */
export function literalSecrets(file: LoadedFile): Diagnostic[] {
  const { path, document, secrets } = file
  const diagnostics: Diagnostic[] = []
  if (secrets.length === 0) return diagnostics
  const check = (node: Scalar): void => {
    const [start, end] = node.range ?? [0, 0]
    const secret = secrets.find((range) => range.start < end && range.end > start)
    if (!secret) return
    diagnostics.push(
      createDiagnostic('validate/literal-secret', `this looks like ${secret.what}`, {
        span: { file: path, start, end },
        label: 'a policy is no place for a secret',
        notes: ['if it is one and this file was shared or committed, replace the secret itself too'],
        help: 'put it into `.env` and name the variable here, as in `{ env: MY_KEY }`',
      }),
    )
  }
  visit(document, {
    Scalar(_, node) {
      if (isScalar(node)) check(node)
    },
  })
  return diagnostics
}
